import { errno, libc } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

const exclusive = 2;
const nonBlocking = 4;

/** flock(2), exclusive, without waiting. False when another open file holds it. Closing the descriptor lets it go. */
export function tryLock(fd: number): boolean {
  if (libc.flock(fd, exclusive | nonBlocking) === 0) return true;
  const error = new SyscallError("flock", errno(), `fd ${fd}`);
  if (error.code === "EAGAIN") return false;
  throw error;
}
