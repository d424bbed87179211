import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CgroupMoves } from "#platform/linux/cgroup-moves.ts";
import {
  type ContainerExit,
  type ContainerFate,
  type ContainerProcess,
  type ExecProcess,
  type ProcessResources,
  type ProcessStreams,
  type RunningExec,
  type RuntimeDriver,
  RuntimeError,
  type RuntimeFacts,
  type TerminalSize,
} from "../runtime-driver.ts";
import { readAccountFiles } from "./account-files.ts";
import { AttachedStreams } from "./attached-streams.ts";
import { buildExecProcess } from "./build-spec.ts";
import { ControlFiles } from "./control-files.ts";
import { createContainer } from "./create-container.ts";
import { ExitFiles } from "./exit-files.ts";
import { ExitWatch } from "./exit-watch.ts";
import { readHostLimits } from "./host-limits.ts";
import { lookupUser } from "./lookup-user.ts";
import { removeContainer } from "./remove-container.ts";
import { restoreContainer } from "./restore-container.ts";
import { runExec } from "./run-exec.ts";
import { containerOf, type OciRuntimeOptions, type RuntimeContext, runtimeArguments } from "./runtime-context.ts";
import { SeccompFilters } from "./seccomp-filters.ts";
import { selectRuntime } from "./select-runtime.ts";
import { startContainer } from "./start-container.ts";
import type { TrackedContainer } from "./tracked-container.ts";
import { updateResources } from "./update-resources.ts";

const freezePatienceMs = 5000;

/**
 * crun or runc under conmon. The way of a container: a bundle with its configuration, a monitor that runs the runtime's
 * `create`, a byte into the runtime's FIFO, the monitor's record of the exit, and the removal of all that by hand.
 */
export class OciRuntime implements RuntimeDriver {
  readonly name = "oci";
  readonly #options: OciRuntimeOptions;
  readonly #containers = new Map<string, TrackedContainer>();
  readonly #controls = new Map<string, ControlFiles>();
  #opened: { readonly context: RuntimeContext; readonly watch: ExitWatch; readonly moves: CgroupMoves } | undefined;
  #listener: (exit: ContainerExit) => void = () => {};

  constructor(options: OciRuntimeOptions) {
    this.#options = options;
  }

  async open(): Promise<RuntimeFacts> {
    const selection = await selectRuntime(this.#options);
    const { layout, cgroupDriver, runtimes, defaultRuntime, monitorPath, monitorVersion, warnings } = selection;
    const exits = new ExitFiles(this.#options.exitsFolder);
    const context: RuntimeContext = {
      options: this.#options,
      layout,
      limits: readHostLimits(layout),
      monitorPath,
      cgroupDriver,
      runtimes,
      defaultRuntime,
      filters: new SeccompFilters(),
      exits,
      containers: this.#containers,
      warnOnce: onceEach((message) => this.#options.log.warn(message)),
    };
    const watch = new ExitWatch(context, (exit) => this.#listener(exit));
    watch.start();
    this.#opened = { context, watch, moves: new CgroupMoves(layout) };
    return {
      runtime: defaultRuntime.name,
      runtimeVersion: defaultRuntime.version,
      monitorVersion,
      cgroupVersion: layout.mode === "unified" ? 2 : 1,
      cgroupDriver,
      warnings,
      runtimes: Object.fromEntries([...runtimes.values()].map(({ name, path }) => [name, path])),
    };
  }

  expectProcess(): void {
    void this.#opened?.moves.prepare();
  }

  async create(process: ContainerProcess): Promise<{ readonly pid: number }> {
    const { context, watch, moves } = this.#open();
    // Once more: it may have been expected long ago, and the runtime takes some milliseconds to get there.
    void moves.prepare();
    const { container, monitorEnd } = await createContainer(context, process);
    this.#containers.set(process.id, container);
    watch.watchMonitor(container, monitorEnd);
    return { pid: container.facts.pid };
  }

  start(id: string): void | Promise<void> {
    return startContainer(this.#open().context, this.#container(id));
  }

  signal(id: string, signal: number): "sent" | "gone" {
    return this.#containers.get(id)?.signal(signal) ? "sent" : "gone";
  }

  async update(id: string, resources: ProcessResources): Promise<void> {
    const { context } = this.#open();
    await updateResources(context, this.#container(id).facts, id, resources);
  }

  async pause(id: string): Promise<void> {
    await freeze(this.#container(id), true);
  }

  async unpause(id: string): Promise<void> {
    await freeze(this.#container(id), false);
  }

  pids(id: string): readonly number[] {
    const container = this.#containers.get(id);
    if (!container || container.exit) return [];
    const pids = container.cgroup?.pids() ?? [];
    return pids.length > 0 || container.hasEnded() ? pids : [container.facts.pid];
  }

  async attach(id: string): Promise<ProcessStreams> {
    const container = this.#container(id);
    const attachment = {
      path: join(container.facts.bundle, "attach"),
      stdin: container.facts.stdin,
      hasEnded: () => container.hasEnded(),
    };
    const streams = await AttachedStreams.open(attachment, (gone) => container.streams.delete(gone));
    container.streams.add(streams);
    return streams;
  }

  async resize(id: string, size: TerminalSize): Promise<void> {
    await this.#control(id).resize(size);
  }

  checkUser(id: string, user: string): void {
    lookupUser(user, [], readAccountFiles(this.#container(id).facts.rootfs));
  }

  async exec(id: string, wanted: ExecProcess): Promise<RunningExec> {
    const { context, moves } = this.#open();
    void moves.prepare();
    const container = this.#container(id);
    const { facts } = container;
    if (container.exit) throw new RuntimeError("cannot exec", `container ${id} is not running`);
    const user = lookupUser(wanted.user, [], readAccountFiles(facts.rootfs));
    const { limits, warnOnce: warn } = context;
    return await runExec({
      runtime: facts.runtime,
      runtimeArgs: runtimeArguments(context, facts.runtime),
      containerId: id,
      folder: facts.bundle,
      name: `x${process.pid}-${container.nextExec++}`,
      process: buildExecProcess(wanted, facts.process, {
        limits,
        user,
        warn,
        cgroupsPath: undefined,
        initPath: undefined,
      }),
      wantsStdin: wanted.stdin,
      wantsOutput: wanted.output,
    });
  }

  async reopenLog(id: string): Promise<void> {
    await this.#control(id).reopenLog();
  }

  async remove(id: string): Promise<void> {
    await removeContainer(this.#open().context, id);
    this.#controls.delete(id);
  }

  async restore(ids: readonly string[]): Promise<ReadonlyMap<string, ContainerFate>> {
    const { context, watch } = this.#open();
    const fates = await Promise.all(ids.map(async (id) => [id, await restoreContainer(context, id)] as const));
    watch.watchRestored();
    return new Map(fates);
  }

  onExit(listener: (exit: ContainerExit) => void): void {
    this.#listener = listener;
  }

  close(): void {
    this.#opened?.watch.stop();
    for (const container of this.#containers.values()) container.close();
    this.#containers.clear();
    this.#opened = undefined;
  }

  #open() {
    if (!this.#opened) throw new TypeError("the runtime driver is not open");
    return this.#opened;
  }

  #container(id: string): TrackedContainer {
    return containerOf(this.#open().context, id);
  }

  #control(id: string): ControlFiles {
    const known = this.#controls.get(id);
    if (known) return known;
    const control = new ControlFiles(this.#container(id).facts.bundle);
    this.#controls.set(id, control);
    return control;
  }
}

/** The kernel freezes a group step by step; docker calls a container paused when all of it stands still. */
async function freeze({ cgroup, facts }: TrackedContainer, frozen: boolean): Promise<void> {
  if (!cgroup) throw new RuntimeError("cannot pause", `container ${facts.id} has no control group`);
  const until = Date.now() + freezePatienceMs;
  cgroup.setFrozen(frozen);
  while (cgroup.isFrozen() !== frozen) {
    if (Date.now() > until) throw new RuntimeError("cannot pause", `unable to freeze container ${facts.id}`);
    await sleep(1);
    // Version 1 gives up on a group in which processes come and go, and wants to be asked again.
    cgroup.setFrozen(frozen);
  }
}

function onceEach(tell: (message: string) => void): (message: string) => void {
  const told = new Set<string>();
  return (message) => {
    if (told.has(message)) return;
    told.add(message);
    tell(message);
  };
}
