import { rm } from "node:fs/promises";
import type { VolumeRecord } from "../volume/volume-record.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { publishContainer } from "./container-events.ts";
import type { ContainerRecord } from "./container-record.ts";
import { releaseVolumes } from "./create.ts";
import { tearDown } from "./teardown.ts";

/**
 * Removes a container that asked for it (`--rm`) and has ended. One commit takes its record away and answers those who wait;
 * all else happens behind their backs, and a crash in between is finished by the next start, which finds a container's
 * files without a record. The name is free when nothing of it is left. `running` is the record that names what its start
 * has made; undefined when there is no such thing. For those who hold the container's lock.
 */
export async function removeEnded(
  deps: ContainerDeps,
  record: ContainerRecord,
  running: ContainerRecord | undefined,
): Promise<void> {
  const { id } = record;
  const anonymous = anonymousVolumes(deps, record);
  const removing: VolumeRecord[] = [];
  await deps.containers.delete(id, () => {
    for (const volume of anonymous) removing.push(deps.volumes.markRemoving(volume));
  });
  const live = deps.live.of(id);
  deps.containers.forget(id);
  if (running) publishContainer(deps, record, "die", dieFacts(record));
  const end = { exitCode: record.state.exitCode };
  live.exits.tell(end);
  live.removals.tell(end);
  await repliesAreOut();
  if (running) await tearDown(deps, running);
  releaseVolumes(deps, record);
  await clearAway(deps, record, removing);
  deps.containers.freeName(record.name, id);
  deps.live.forget(id);
  live.gone.resolve();
  publishContainer(deps, record, "destroy");
}

/** Deletes a container's files and the volumes that go with it. */
export async function clearAway(
  deps: Pick<ContainerDeps, "storage" | "dataRoot" | "volumes" | "execs">,
  { id }: ContainerRecord,
  volumes: readonly VolumeRecord[],
): Promise<void> {
  deps.execs.forgetContainer(id);
  for (const volume of volumes) await deps.volumes.discard(volume);
  await rm(deps.dataRoot.container(id), { recursive: true, force: true });
  // Last: a crash before this is noticed by the storage driver's knowing a container that has no record.
  await deps.storage.removeContainer(id);
}

/** Volumes that were made for this container and that no other uses. */
export function anonymousVolumes(
  { volumes }: Pick<ContainerDeps, "volumes">,
  { id, mounts }: ContainerRecord,
): readonly VolumeRecord[] {
  const names = new Set(mounts.flatMap(({ name }) => name ?? []));
  return volumes
    .list()
    .filter(
      ({ name, anonymous }) => anonymous && names.has(name) && volumes.holders(name).every((holder) => holder === id),
    );
}

/** What `die` tells: exit code, and how many whole seconds it ran. */
export function dieFacts({ state }: ContainerRecord): Readonly<Record<string, string>> {
  const seconds = (Date.parse(state.finishedAt) - Date.parse(state.startedAt)) / 1000;
  return { execDuration: String(Math.max(0, Math.floor(seconds) || 0)), exitCode: String(state.exitCode) };
}

/** Lets what was just resolved be written to the clients first. */
export const repliesAreOut = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
