import { closeSync, mkdirSync, openSync, realpathSync } from "node:fs";
import { tryLock } from "#platform/linux/flock.ts";
import { DataRoot } from "#state/data-root.ts";
import { DaemonError } from "./daemon-error.ts";

export interface LockedDataRoot extends Disposable {
  readonly paths: DataRoot;
}

/**
 * Makes the data root (for root alone) and the exec root, and takes the data root's lock for this process: two daemons on one
 * root would ruin each other's state. Throws DaemonError when another one has it.
 */
export function lockDataRoot(root: string, exec: string): LockedDataRoot {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  mkdirSync(exec, { recursive: true, mode: 0o711 });
  // Through symbolic links: kernel interfaces show and want real paths.
  const paths = new DataRoot(realpathSync(root), realpathSync(exec));
  const fd = openSync(paths.lock, "a", 0o600);
  if (!tryLock(fd)) {
    closeSync(fd);
    throw new DaemonError(`the data root ${paths.root} is in use by another daemon`);
  }
  return { paths, [Symbol.dispose]: () => closeSync(fd) };
}
