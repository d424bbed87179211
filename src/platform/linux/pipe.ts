import { errno, libc } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

const closeOnExec = 0o2000000;
const setPipeSize = 1031;

/** pipe2(2): blocking, close-on-exec descriptors, both the caller's to close. The size is a wish, unprivileged users have a bound. */
export function openPipe({ sizeBytes }: { sizeBytes?: number } = {}): { readEnd: number; writeEnd: number } {
  const ends = new Int32Array(2);
  if (libc.pipe2(ends, closeOnExec) !== 0) throw new SyscallError("pipe", errno(), "");
  const [readEnd = -1, writeEnd = -1] = ends;
  if (sizeBytes !== undefined) libc.fcntl(writeEnd, setPipeSize, sizeBytes);
  return { readEnd, writeEnd };
}
