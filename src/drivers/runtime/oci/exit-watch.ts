import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerExit } from "../runtime-driver.ts";
import type { RuntimeContext } from "./runtime-context.ts";
import type { TrackedContainer } from "./tracked-container.ts";

/** Of a container whose monitor was killed: docker's code for an exit that nobody saw. */
const unknownExitCode = 255;
const lookMs = 2000;
/** Between a monitor's last act, the record, and the news of it lies hardly any time. */
const recordPatienceMs = 50;

/** Tells each exit once: by the monitor's record, or by the monitor's own end when it left none. */
export class ExitWatch {
  readonly #context: RuntimeContext;
  readonly #tell: (exit: ContainerExit) => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isStopped = false;

  constructor(context: RuntimeContext, tell: (exit: ContainerExit) => void) {
    this.#context = context;
    this.#tell = tell;
  }

  start(): void {
    this.#context.exits.watch((id) => this.#lookAt(id));
  }

  /** A monitor that ends without a record was killed; then its container must go too, as nobody reads its output. */
  watchMonitor(container: TrackedContainer, end: Promise<unknown>): void {
    void end.then(async () => {
      if (this.#lookAt(container.facts.id) || container.exit) return;
      await sleep(recordPatienceMs);
      if (!this.#lookAt(container.facts.id)) this.#monitorLost(container);
    });
    // It may have ended before it was tracked.
    this.#lookAt(container.facts.id);
  }

  /** The monitors of an earlier daemon's containers are not our children: those we look after now and then. */
  watchRestored(): void {
    const restored = [...this.#context.containers.values()].filter(({ exit }) => !exit);
    for (const { facts } of restored) this.#lookAt(facts.id);
    this.#timer ??= setInterval(() => {
      for (const container of restored) {
        if (container.exit || existsSync(`/proc/${container.facts.monitorPid}`)) continue;
        if (!this.#lookAt(container.facts.id)) this.#monitorLost(container);
      }
    }, lookMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
    this.#context.exits.close();
  }

  /** True when the exit is known now. */
  #lookAt(id: string): boolean {
    const container = this.#context.containers.get(id);
    if (!container || this.#isStopped) return false;
    if (container.exit) return true;
    const recorded = this.#context.exits.read(id);
    if (!recorded) return false;
    this.#record(container, { id, ...recorded, oomKilled: container.wasOutOfMemory() });
    return true;
  }

  #monitorLost(container: TrackedContainer): void {
    if (this.#isStopped || container.exit || !this.#context.containers.has(container.facts.id)) return;
    this.#context.options.log.warn("the monitor of a container was killed", { id: container.facts.id });
    container.cgroup?.kill();
    container.signal(9);
    this.#record(container, { id: container.facts.id, exitCode: unknownExitCode, oomKilled: false, at: new Date() });
  }

  #record(container: TrackedContainer, exit: ContainerExit): void {
    if (container.setExit(exit)) this.#tell(exit);
  }
}
