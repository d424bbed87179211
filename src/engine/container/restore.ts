import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "#base/errors/engine-error.ts";
import type { ContainerFate } from "#drivers/runtime/runtime-driver.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { type ContainerRecord, withState } from "./container-record.ts";
import { hasProcess } from "./container-state.ts";
import { holdVolumes } from "./create.ts";
import { scheduleRestart, settleExit } from "./on-exit.ts";
import { removeEnded } from "./remove-ended.ts";
import { restartsAtBoot } from "./restart-policy.ts";
import { startUnderLock } from "./start.ts";

/** What docker says of a container that has vanished with the machine. */
const lostExitCode = 255;

/**
 * Brings records and reality together at the daemon's start: containers that live on are known again, those that ended
 * meanwhile get their end, starts and removals that a crash cut short are completed or undone, and what has no record goes.
 * Network and volumes must be open. Then restart policies have their turn.
 */
export async function restoreContainers(deps: ContainerDeps): Promise<void> {
  const records = [...deps.containers.all()];
  for (const record of records) holdVolumes(deps, record);
  await removeOrphans(deps);
  const fates = await deps.runtime.restore(records.map(({ id }) => id));
  const fateOf = ({ id }: ContainerRecord): ContainerFate => fates.get(id) ?? { status: "gone" };
  const alive = records.filter((record) => hasProcess(record.state.status) && isAlive(fateOf(record)));
  // Before anything is started: addresses and ports of the living are theirs.
  const lost = deps.networks.restore(
    alive.flatMap(({ id, name, endpoint }) => (endpoint ? { containerId: id, containerName: name, endpoint } : [])),
  );
  for (const { hostAddress, hostPort, protocol } of lost)
    deps.logger.warn("another program has taken a published port", { port: `${hostAddress}:${hostPort}/${protocol}` });
  for (const record of records) await guarded(deps, record, "restore", () => restoreOne(deps, record, fateOf(record)));
  for (const { id } of records) await startByPolicy(deps, id);
}

const isAlive = ({ status }: ContainerFate): boolean => status === "running" || status === "created";

/** One container that cannot be restored must not keep the daemon from coming up. */
async function guarded(
  deps: ContainerDeps,
  { id }: ContainerRecord,
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    deps.logger.error(`could not ${what} a container`, { container: id, error: messageOf(error) });
  }
}

async function restoreOne(deps: ContainerDeps, record: ContainerRecord, fate: ContainerFate): Promise<void> {
  if (!hasProcess(record.state.status)) {
    // A start that was cut short before it was recorded, or clearing away that was.
    await clean(deps, record, fate.status !== "gone" || existsSync(join(deps.dataRoot.bundles, record.id)));
    return removeIfWished(deps, record);
  }
  switch (fate.status) {
    case "running":
      return adopt(deps, record, fate.pid);
    case "created":
      // The intention is recorded, the program does not run yet: what its user asked for is completed.
      await deps.runtime.start(record.id);
      return adopt(deps, record, fate.pid);
    case "exited":
      return settleExit(deps, { id: record.id, exitCode: fate.exitCode, oomKilled: fate.oomKilled, at: fate.at });
    case "gone":
      return settleExit(deps, { id: record.id, exitCode: lostExitCode, oomKilled: false, at: new Date() });
  }
}

async function adopt({ containers }: ContainerDeps, record: ContainerRecord, pid: number): Promise<void> {
  if (record.state.pid !== pid) containers.saveLater(withState(record, { pid }));
}

/** Undoes what a start has made of a container that is recorded as not running. */
async function clean(
  { runtime, storage }: ContainerDeps,
  { id }: ContainerRecord,
  hasRuntimeState: boolean,
): Promise<void> {
  if (hasRuntimeState) await runtime.remove(id);
  if (storage.isMounted(id)) storage.unmount(id);
}

/** `--rm` counts once it has run. */
async function removeIfWished(deps: ContainerDeps, record: ContainerRecord): Promise<void> {
  if (record.hostConfig.AutoRemove && record.state.status === "exited")
    await deps.locks.run(record.id, () => removeEnded(deps, record, undefined));
}

async function startByPolicy(deps: ContainerDeps, id: string): Promise<void> {
  const record = deps.containers.byId(id);
  if (!record) return;
  const { status, exitCode, stoppedByUser, restartCount, startedAt } = record.state;
  if (status === "restarting" && deps.live.of(id).restartTimer === undefined) return scheduleRestart(deps, id, 0);
  if (status !== "exited" || startedAt === "") return;
  if (!restartsAtBoot(record.hostConfig.RestartPolicy, { exitCode, stoppedByUser, restartCount })) return;
  deps.background(
    "start a container by its restart policy",
    deps.locks.run(id, () => startUnderLock(deps, id, "user")).then(() => {}),
  );
}

/** Files, mounts and processes of containers that have no record: creations and removals that a crash cut short. */
async function removeOrphans(deps: ContainerDeps): Promise<void> {
  const { containers, storage, runtime, dataRoot } = deps;
  const ids = new Set([...storage.containers(), ...idsIn(dataRoot.containers), ...idsIn(dataRoot.bundles)]);
  for (const id of ids) {
    if (containers.has(id)) continue;
    try {
      await runtime.remove(id);
      await rm(dataRoot.container(id), { recursive: true, force: true });
      await storage.removeContainer(id);
    } catch (error) {
      deps.logger.warn("could not clear away a container without a record", { container: id, error: messageOf(error) });
    }
  }
}

/** Names that are ids; a folder that is not there has none. */
function idsIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => /^[0-9a-f]{64}$/.test(name)) : [];
}
