import { closeSync, fstatSync, readFileSync } from "node:fs";
import { openBelow, openFile, openFlags } from "#platform/linux/open.ts";
import { SyscallError } from "#platform/linux/syscall-error.ts";
import type { AccountFiles } from "./lookup-user.ts";

/** Far above any real file; an image with more does not get to fill our memory. */
const largestFileBytes = 16 * 1024 * 1024;

/** Reads the files of a root file system that is not to be trusted: no link leads out of it, no FIFO makes us wait. */
export function readAccountFiles(rootfs: string): AccountFiles {
  const root = openFile({ path: rootfs, flags: openFlags.path | openFlags.directory });
  try {
    return { passwd: readRegularFile(root, "etc/passwd"), group: readRegularFile(root, "etc/group") };
  } finally {
    closeSync(root);
  }
}

function readRegularFile(directory: number, path: string): string | undefined {
  let fd: number;
  try {
    fd = openBelow({ directory, path, flags: openFlags.readOnly | openFlags.nonBlocking });
  } catch (error) {
    if (error instanceof SyscallError) return undefined;
    throw error;
  }
  try {
    const stat = fstatSync(fd);
    return stat.isFile() && stat.size <= largestFileBytes ? readFileSync(fd, "utf8") : undefined;
  } finally {
    closeSync(fd);
  }
}
