import { readFileSync } from "node:fs";
import { cString, errno, libc } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";
import { writeFully } from "./write-fully.ts";

const closeOnExec = 1;
const allowSealing = 2;
const addSeals = 1033;
const allSeals = 15; // seal, shrink, grow, write

/**
 * memfd_create(2): a copy of the program at `path` in memory that nobody can change any more. It can be executed as
 * `/proc/<our pid>/fd/<descriptor>` while we live. The caller closes the descriptor.
 */
export function sealedCopy(path: string, name: string): number {
  const content = readFileSync(path);
  const fd = libc.memfd_create(cString(name), closeOnExec | allowSealing);
  if (fd < 0) throw new SyscallError("memfd_create", errno(), name);
  try {
    writeFully(fd, content);
    if (libc.fcntl(fd, addSeals, allSeals) !== 0) throw new SyscallError("fcntl", errno(), `seals of ${name}`);
    return fd;
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}
