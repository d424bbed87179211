import { existsSync, readdirSync } from "node:fs";
import type { Logger } from "#base/diagnostics/logger.ts";
import { OverlayDriver } from "#drivers/storage/overlay/overlay-driver.ts";
import { probeOverlay } from "#drivers/storage/overlay/probe-overlay.ts";
import type { StorageDriver } from "#drivers/storage/storage-driver.ts";
import { VfsDriver } from "#drivers/storage/vfs/vfs-driver.ts";
import type { DataRoot } from "#state/data-root.ts";
import { DaemonError } from "../daemon-error.ts";

/** By priority. */
const drivers = {
  overlay2: (root: string): StorageDriver => new OverlayDriver(root),
  vfs: (root: string): StorageDriver => new VfsDriver(root),
} as const;
type DriverName = keyof typeof drivers;
const names = Object.keys(drivers) as DriverName[];

/**
 * Chooses and opens the storage driver: the one that was asked for, else the one that the data root was used with, else the
 * first that works here. Throws DaemonError.
 */
export function openStorage(asked: string | undefined, paths: DataRoot, logger: Logger): StorageDriver {
  const name = asked === undefined ? chosenName(paths, logger) : checkedName(asked, paths);
  const driver = drivers[name](paths.storage(name));
  try {
    driver.open();
  } catch (cause) {
    throw new DaemonError(`error initializing graphdriver: ${(cause as Error).message}`, { cause });
  }
  return driver;
}

function checkedName(asked: string, paths: DataRoot): DriverName {
  const name = asked === "overlay" ? "overlay2" : asked;
  if (!names.includes(name as DriverName))
    throw new DaemonError(`error initializing graphdriver: driver not supported: ${asked}`);
  const reason = name === "overlay2" ? probeOverlay(paths.temporary) : undefined;
  if (reason !== undefined)
    throw new DaemonError(`error initializing graphdriver: overlay2 does not work here: ${reason}`);
  return name as DriverName;
}

function chosenName(paths: DataRoot, logger: Logger): DriverName {
  const used = names.filter((name) => isUsed(paths.storage(name)));
  if (used.length > 1)
    throw new DaemonError(
      `error initializing graphdriver: "${paths.root}" contains other graphdrivers: ${used.join(",")}; Please cleanup or explicitly choose storage driver (-s <DRIVER>)`,
    );
  if (used[0]) return checkedName(used[0], paths);
  const reason = probeOverlay(paths.temporary);
  if (reason === undefined) return "overlay2";
  logger.warn(`overlay2 does not work here, using vfs, which copies every layer: ${reason}`);
  return "vfs";
}

const isUsed = (folder: string): boolean => existsSync(folder) && readdirSync(folder).length > 0;
