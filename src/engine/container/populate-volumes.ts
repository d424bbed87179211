import { statSync } from "node:fs";
import type { ContainerDeps } from "./container-deps.ts";
import type { ContainerRecord } from "./container-record.ts";
import { resolveInRootfs } from "./rootfs-path.ts";

/** Gives empty volumes what the image has at their place, with the container's file system mounted for the moment. */
export async function populateVolumes(
  { storage, volumes }: Pick<ContainerDeps, "storage" | "volumes">,
  { id, mounts }: ContainerRecord,
): Promise<void> {
  const wanted = mounts.filter((mount) => mount.type === "volume" && !mount.noCopy);
  if (wanted.length === 0) return;
  const rootfs = storage.mount(id);
  try {
    for (const { name, destination } of wanted) {
      const source = resolveInRootfs(rootfs, destination);
      if (statSync(source, { throwIfNoEntry: false })?.isDirectory()) await volumes.populate(name!, source, id);
    }
  } finally {
    storage.unmount(id);
  }
}
