import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "#base/errors/engine-error.ts";
import { SIGKILL } from "#formats/signal/signal.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { cannotStop, cannotStopWith } from "./container-errors.ts";
import { publishContainer } from "./container-events.ts";
import { isActive } from "./container-state.ts";
import type { ContainerEnd } from "./live-container.ts";
import { giveUpRestart, markStopped, type Stopper, sendSignal, stopSignalOf } from "./send-signal.ts";
import { checkedSignal } from "./validate-config.ts";

export interface StopOptions {
  /** Instead of the container's own stop signal. */
  readonly signal?: string;
  /** How long it may take before it is killed; negative waits for ever. Left out: the container's own time, or ten seconds. */
  readonly graceSeconds?: number;
  /** The daemon ends: restart policies bring the container back at the next start. */
  readonly byDaemon?: true;
}

type Needs = Pick<ContainerDeps, "containers" | "runtime" | "live" | "locks" | "events">;

const defaultGraceSeconds = 10;
/** After SIGKILL only a process that hangs in the kernel is still there. */
const killSeconds = 10;

/** Asks the container to end, then insists. The exit watcher, not this function, records the exit. */
export async function stopContainer(
  deps: Needs,
  ref: string,
  options: StopOptions,
): Promise<"stopped" | "was-not-running"> {
  const { id } = deps.containers.get(ref);
  const signal = options.signal ? stopSignal(ref, options.signal) : undefined;
  const by = options.byDaemon ? "daemon" : "user";
  const asked = await deps.locks.run(id, () => ask(deps, id, signal, by));
  if (asked === "was-not-running") return asked;
  if (asked !== "given-up") {
    const graceSeconds = options.graceSeconds ?? asked.graceSeconds;
    // Not under the lock: someone must be able to kill it while we wait.
    if (!(await endedWithin(asked.ended, graceSeconds))) await insist(deps, { id, ref }, asked.ended, by);
  }
  const record = deps.containers.byId(id);
  if (record) publishContainer(deps, record, "stop");
  return "stopped";
}

function stopSignal(ref: string, name: string): number {
  try {
    return checkedSignal(name);
  } catch (error) {
    throw error instanceof EngineError ? cannotStopWith(ref, error) : error;
  }
}

interface Asked {
  readonly ended: Promise<ContainerEnd>;
  readonly graceSeconds: number;
}

async function ask(
  deps: Needs,
  id: string,
  signal: number | undefined,
  by: Stopper,
): Promise<Asked | "was-not-running" | "given-up"> {
  // Read again: it may have changed while we queued.
  const record = deps.containers.byId(id);
  if (!record || !isActive(record.state.status)) return "was-not-running";
  if (record.state.status === "restarting") {
    await giveUpRestart(deps, record, by);
    return "given-up";
  }
  const ended = deps.live.of(id).exits.next();
  // A signal of the user's own choice means the same.
  await markStopped(deps, record, by);
  await sendSignal(deps, deps.containers.byId(id) ?? record, signal ?? stopSignalOf(record), by);
  return { ended, graceSeconds: record.config.StopTimeout ?? defaultGraceSeconds };
}

async function insist(
  deps: Needs,
  { id, ref }: { id: string; ref: string },
  ended: Promise<ContainerEnd>,
  by: Stopper,
): Promise<void> {
  await killUnderLock(deps, id, by);
  if (!(await endedWithin(ended, killSeconds))) throw cannotStop(ref, undefined);
}

/** SIGKILL for whatever runs under that id, unless it has ended meanwhile. */
export async function killUnderLock(deps: Needs, id: string, by: Stopper = "user"): Promise<void> {
  await deps.locks.run(id, async () => {
    const record = deps.containers.byId(id);
    if (!record || !isActive(record.state.status)) return;
    if (record.state.status === "restarting") await giveUpRestart(deps, record, by);
    else await sendSignal(deps, record, SIGKILL, by);
  });
}

/** Whether the promise resolves in time; a negative time waits for ever. */
export async function endedWithin(ended: Promise<ContainerEnd>, seconds: number): Promise<boolean> {
  if (seconds < 0) return ended.then(() => true);
  const timer = new AbortController();
  try {
    return await Promise.race([
      ended.then(() => true),
      sleep(seconds * 1000, false, { signal: timer.signal }).catch(() => false),
    ]);
  } finally {
    timer.abort();
  }
}
