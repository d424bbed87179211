import { closeSync, openSync, rmSync } from "node:fs";
import process from "node:process";
import { errno, libc } from "./libc.ts";
import { mount, mountFlags, unmount } from "./mount.ts";
import { SyscallError } from "./syscall-error.ts";

const CLONE_NEWNET = 0x4000_0000;
/** Of the calling thread: entering a namespace moves one thread, not the process. */
const ownNamespace = "/proc/thread-self/ns/net";

/** The result of work that may be done inside a namespace: never a promise, for the rest of it would run outside. */
type Synchronous<T> = T extends PromiseLike<unknown> ? never : T;

/**
 * Makes a network namespace that lives on at `path` (a bind mount of it on a new file) and runs `prepare` in it.
 * SyscallError with EEXIST when the file is there already; after any failure nothing is left.
 */
export function createNetworkNamespace<T>(path: string, prepare: () => Synchronous<T>): T {
  closeSync(openSync(path, "wx", 0));
  try {
    return visiting(unshareNetwork, () => {
      mount({ source: ownNamespace, target: path, flags: mountFlags.bind });
      return prepare();
    });
  } catch (error) {
    removeNetworkNamespace(path);
    throw error;
  }
}

/** Runs `work` in the namespace at `path` and returns to the caller's. Strictly synchronous. */
export function inNetworkNamespace<T>(path: string, work: () => Synchronous<T>): T {
  const fd = openNetworkNamespace(path);
  try {
    return visiting(() => enter(fd, path), work);
  } finally {
    closeSync(fd);
  }
}

/** A descriptor of the namespace at `path`, to be closed by the caller. Fails with ENOENT when it is not there. */
export function openNetworkNamespace(path: string): number {
  return openSync(path, "r");
}

/** Lets go of the namespace at `path`; it ends with the last process in it. Nothing happens when it is not there. */
export function removeNetworkNamespace(path: string): void {
  // False when the file is there and no mount: a crash came in between.
  unmount(path, { detach: true });
  rmSync(path, { force: true });
}

function visiting<T>(go: () => void, work: () => Synchronous<T>): T {
  const home = openSync(ownNamespace, "r");
  try {
    go();
    try {
      return work();
    } finally {
      comeBack(home);
    }
  } finally {
    closeSync(home);
  }
}

function unshareNetwork(): void {
  const result = libc.unshare(CLONE_NEWNET);
  if (result !== 0) throw new SyscallError("unshare", errno(), "network namespace");
}

function enter(fd: number, path: string): void {
  const result = libc.setns(fd, CLONE_NEWNET);
  if (result !== 0) throw new SyscallError("setns", errno(), path);
}

/** A thread lost in a container's network would serve the API there and bind the host's ports there: better no process. */
function comeBack(home: number): void {
  const result = libc.setns(home, CLONE_NEWNET);
  if (result === 0) return;
  process.stderr.write(`cannot return from a network namespace: error ${errno()}\n`);
  process.abort();
}
