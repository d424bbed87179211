import type { VolumeRecord } from "../volume/volume-record.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { notBuilt, removalFailed, removalUnderWay, removeActive } from "./container-errors.ts";
import { publishContainer } from "./container-events.ts";
import { type ContainerRecord, withState } from "./container-record.ts";
import { isActive, nextStatus } from "./container-state.ts";
import { releaseVolumes } from "./create.ts";
import { anonymousVolumes, clearAway } from "./remove-ended.ts";
import { endedWithin, killUnderLock } from "./stop.ts";
import { tearDown } from "./teardown.ts";

export interface RemoveOptions {
  /** Kills it first. */
  readonly force: boolean;
  /** Takes its anonymous volumes along. */
  readonly volumes: boolean;
  readonly link?: boolean;
}

const killSeconds = 10;

/**
 * Removes a container with all it has. The record goes first, by one commit: whatever a crash leaves behind has no record
 * then, which is how the next start knows what to clear away. When something resists, the record comes back as "dead".
 */
export async function removeContainer(deps: ContainerDeps, ref: string, options: RemoveOptions): Promise<void> {
  if (options.link) throw notBuilt("removing a link");
  const { id } = deps.containers.get(ref);
  const live = deps.live.of(id);
  if (live.isBeingRemoved) throw removalUnderWay(ref);
  refuseActive(deps, id, ref, options);
  live.isBeingRemoved = true;
  try {
    if (options.force) await killFirst(deps, id);
    await deps.locks.run(id, () => removeUnderLock(deps, id, ref, options));
  } finally {
    live.isBeingRemoved = false;
  }
}

function refuseActive(deps: ContainerDeps, id: string, ref: string, { force }: RemoveOptions): void {
  const status = deps.containers.byId(id)?.state.status ?? "exited";
  if (isActive(status) && !force) throw removeActive(ref, status);
}

async function killFirst(deps: ContainerDeps, id: string): Promise<void> {
  const ended = deps.live.of(id).exits.next();
  // A start that is under way is waited for by the lock inside.
  await killUnderLock(deps, id);
  const status = deps.containers.byId(id)?.state.status;
  if (status && isActive(status)) await endedWithin(ended, killSeconds);
}

async function removeUnderLock(deps: ContainerDeps, id: string, ref: string, options: RemoveOptions): Promise<void> {
  const record = deps.containers.byId(id);
  // It removed itself while we waited.
  if (!record) return;
  refuseActive(deps, id, ref, { ...options, force: false });
  const going = withState(record, { status: nextStatus(record.state.status, "remove") });
  const volumes = options.volumes ? anonymousVolumes(deps, record) : [];
  const removing: VolumeRecord[] = [];
  deps.containers.remember(going);
  await deps.containers.delete(id, () => {
    for (const volume of volumes) removing.push(deps.volumes.markRemoving(volume));
  });
  try {
    // What a daemon that died may have left of an earlier run.
    if (record.state.status === "dead") await tearDown(deps, record);
    releaseVolumes(deps, record);
    await clearAway(deps, record, removing);
  } catch (cause) {
    const dead = withState(going, { status: nextStatus("removing", "failRemoval"), error: (cause as Error).message });
    await deps.containers.save(dead);
    throw removalFailed(ref, cause as Error);
  }
  finish(deps, going);
}

function finish(deps: ContainerDeps, record: ContainerRecord): void {
  const { id, name, state } = record;
  const live = deps.live.of(id);
  deps.containers.forget(id);
  deps.containers.freeName(name, id);
  deps.live.forget(id);
  live.hub.end();
  live.exits.tell({ exitCode: state.exitCode });
  live.removals.tell({ exitCode: state.exitCode });
  live.gone.resolve();
  publishContainer(deps, record, "destroy");
}
