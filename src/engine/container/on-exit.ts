import { messageOf } from "#base/errors/engine-error.ts";
import type { ContainerExit } from "#drivers/runtime/runtime-driver.ts";
import { rfc3339 } from "#formats/rfc3339/rfc3339.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { publishContainer } from "./container-events.ts";
import { type ContainerRecord, withState } from "./container-record.ts";
import { hasProcess, nextStatus } from "./container-state.ts";
import { dieFacts, removeEnded, repliesAreOut } from "./remove-ended.ts";
import { nextBackoff, restartsAfter } from "./restart-policy.ts";
import { startUnderLock } from "./start.ts";
import { tearDown } from "./teardown.ts";

/** From now on each end of a container's process is recorded, told, cleared away, and followed by its restart policy. */
export function watchExits(deps: ContainerDeps): void {
  deps.runtime.onExit((exit) => {
    if (deps.containers.has(exit.id)) deps.background("record the end of a container", settleExit(deps, exit));
  });
}

/** Records an end, under the container's lock; others may wait for the clearing away in `live.ending`. */
export function settleExit(deps: ContainerDeps, exit: ContainerExit): Promise<void> {
  const live = deps.live.of(exit.id);
  const work = deps.locks.run(exit.id, () => settle(deps, exit));
  const ending = work.catch(() => {});
  live.ending = ending;
  void ending.then(() => {
    if (live.ending === ending) live.ending = undefined;
  });
  return work;
}

/**
 * One commit says that it ended and how; then those who wait are answered, and only behind their replies network, runtime
 * state and mount are taken back. The lock is held until all of that is done, so a start finds a clean place.
 */
async function settle(deps: ContainerDeps, exit: ContainerExit): Promise<void> {
  const record = deps.containers.byId(exit.id);
  if (!record || !hasProcess(record.state.status)) return;
  const live = deps.live.of(record.id);
  const stoppedByUser = live.stoppedBy === "user" || record.state.stoppedByUser;
  const ended = endedRecord(record, exit, stoppedByUser);
  const ranMilliseconds = exit.at.getTime() - Date.parse(record.state.startedAt);
  live.failureCount = exit.exitCode === 0 ? 0 : live.failureCount + 1;
  const restarts =
    !live.isBeingRemoved &&
    !live.isBeingRestarted &&
    live.stoppedBy !== "daemon" &&
    restartsAfter(record.hostConfig.RestartPolicy, {
      exitCode: exit.exitCode,
      ranMilliseconds,
      stoppedByUser,
      failures: live.failureCount,
    });
  if (record.hostConfig.AutoRemove && !live.isBeingRemoved && !live.isBeingRestarted)
    return removeEnded(deps, ended, record);
  const settled = restarts ? withState(ended, { status: nextStatus(record.state.status, "backoff") }) : ended;
  await save(deps, settled);
  publishContainer(deps, settled, "die", dieFacts(settled));
  live.exits.tell({ exitCode: exit.exitCode });
  await repliesAreOut();
  deps.execs.endContainer(record.id);
  await tearDown(deps, record);
  if (restarts) scheduleRestart(deps, record.id, nextBackoff(live.backoffMilliseconds, ranMilliseconds));
}

function endedRecord(record: ContainerRecord, exit: ContainerExit, stoppedByUser: boolean): ContainerRecord {
  return {
    ...withState(record, {
      status: nextStatus(record.state.status, "exit"),
      pid: 0,
      exitCode: exit.exitCode,
      oomKilled: exit.oomKilled,
      finishedAt: rfc3339(exit.at.getTime()),
      stoppedByUser,
    }),
    endpoint: undefined,
  };
}

/** A disk that is full must not keep those waiting who wait for the end: it is tried again later. */
async function save({ containers, logger }: ContainerDeps, record: ContainerRecord): Promise<void> {
  try {
    await containers.save(record);
  } catch (error) {
    logger.error("could not record the end of a container", { container: record.id, error: messageOf(error) });
    containers.saveLater(record);
  }
}

/** Starts a container that is `restarting` after a while. */
export function scheduleRestart(deps: ContainerDeps, id: string, milliseconds: number): void {
  const live = deps.live.of(id);
  live.backoffMilliseconds = milliseconds;
  live.cancelRestart();
  live.restartTimer = setTimeout(() => {
    live.restartTimer = undefined;
    deps.background("restart a container", restart(deps, id));
  }, milliseconds);
}

async function restart(deps: ContainerDeps, id: string): Promise<void> {
  await deps.locks.run(id, async () => {
    if (deps.containers.byId(id)?.state.status === "restarting") await startUnderLock(deps, id, "policy");
  });
}
