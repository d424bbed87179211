import { closeSync, fstatSync, readFileSync } from "node:fs";
import { openBelow, openFile, openFlags } from "#platform/linux/open.ts";
import { SyscallError } from "#platform/linux/syscall-error.ts";
import type { AccountFiles } from "./lookup-user.ts";

/** Some 50,000 users. Reading is synchronous: an image or a container with more does not get to hold everybody up. */
const largestFileBytes = 4 * 1024 * 1024;

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
