import { SIGKILL, SIGTERM } from "#formats/signal/signal.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { publishContainer } from "./container-events.ts";
import { type ContainerRecord, withState } from "./container-record.ts";
import { nextStatus } from "./container-state.ts";
import { checkedSignal } from "./validate-config.ts";

type Needs = Pick<ContainerDeps, "containers" | "runtime" | "live" | "events">;

/** A stop by the daemon, which ends itself, is not its user's word. */
export type Stopper = "user" | "daemon";

export const stopSignalOf = ({ config }: ContainerRecord): number =>
  config.StopSignal ? checkedSignal(config.StopSignal) : SIGTERM;

/**
 * Sends a signal to a container that has a process, and tells of it. One that ends a container also thaws it, since a frozen
 * process ends at most when it is thawed. For those who hold the container's lock.
 */
export async function sendSignal(
  deps: Needs,
  record: ContainerRecord,
  signal: number,
  by: Stopper = "user",
): Promise<"sent" | "gone"> {
  const { id } = record;
  const ends = signal === SIGKILL || signal === stopSignalOf(record);
  if (ends) await markStopped(deps, record, by);
  const outcome = await deps.runtime.signal(id, signal);
  publishContainer(deps, record, "kill", { signal: String(signal) });
  if (outcome === "sent" && ends && record.state.status === "paused") await thaw(deps, id);
  return outcome;
}

async function thaw(deps: Needs, id: string): Promise<void> {
  await deps.runtime.unpause(id);
  const record = deps.containers.byId(id);
  if (record?.state.status !== "paused") return;
  await deps.containers.save(withState(record, { status: nextStatus("paused", "unpause") }));
  publishContainer(deps, record, "unpause");
}

/**
 * The restart policy keeps out from here on. Where there is one, this is durable before the signal is sent: a daemon that
 * dies now must not bring back what its user has stopped.
 */
export async function markStopped(
  deps: Pick<Needs, "containers" | "live">,
  { id }: ContainerRecord,
  by: Stopper,
): Promise<void> {
  deps.live.of(id).stoppedBy = by;
  if (by === "daemon") return;
  const record = deps.containers.byId(id);
  if (!record || record.state.stoppedByUser || (record.hostConfig.RestartPolicy?.Name ?? "no") === "no") return;
  await deps.containers.save(withState(record, { stoppedByUser: true }));
}

/** Ends the wait for a restart by the policy. For those who hold the lock of a container that is `restarting`. */
export async function giveUpRestart(deps: Needs, record: ContainerRecord, by: Stopper = "user"): Promise<void> {
  const live = deps.live.of(record.id);
  live.cancelRestart();
  live.stoppedBy = by;
  const stoppedByUser = by === "user" || record.state.stoppedByUser;
  await deps.containers.save(withState(record, { status: nextStatus("restarting", "giveUp"), stoppedByUser }));
  live.exits.tell({ exitCode: record.state.exitCode });
}
