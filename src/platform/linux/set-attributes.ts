import { currentDirectory, type KernelPath, kernelPath, showPath } from "./kernel-path.ts";
import { errno, libc } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

const noFollow = 0x100;

/** fchownat(2), of a symbolic link itself. Clears setuid and setgid: change the mode afterwards. */
export function changeOwner(path: KernelPath, uid: number, gid: number, directory = currentDirectory): void {
  if (libc.fchownat(directory, kernelPath(path), uid, gid, noFollow) !== 0)
    throw new SyscallError("chown", errno(), showPath(path));
}

/** fchown(2). */
export function changeOwnerOf(fd: number, uid: number, gid: number): void {
  if (libc.fchown(fd, uid, gid) !== 0) throw new SyscallError("chown", errno(), `fd ${fd}`);
}

/** fchmodat(2). Follows a symbolic link (the kernel has no other form): never call it on one. */
export function changeMode(path: KernelPath, mode: number, directory = currentDirectory): void {
  if (libc.fchmodat(directory, kernelPath(path), mode, 0) !== 0)
    throw new SyscallError("chmod", errno(), showPath(path));
}

/** fchmod(2). */
export function changeModeOf(fd: number, mode: number): void {
  if (libc.fchmod(fd, mode) !== 0) throw new SyscallError("chmod", errno(), `fd ${fd}`);
}

/** A point in time; before 1970 the seconds are negative and the nanoseconds (0 to 999,999,999) count upwards. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** utimensat(2), of a symbolic link itself. */
export function setTimes(
  path: KernelPath,
  accessed: Timestamp,
  modified: Timestamp,
  directory = currentDirectory,
): void {
  if (libc.utimensat(directory, kernelPath(path), timespecs(accessed, modified), noFollow) !== 0)
    throw new SyscallError("utimens", errno(), showPath(path));
}

/** futimens(2). */
export function setTimesOf(fd: number, accessed: Timestamp, modified: Timestamp): void {
  if (libc.futimens(fd, timespecs(accessed, modified)) !== 0) throw new SyscallError("utimens", errno(), `fd ${fd}`);
}

function timespecs(...times: readonly Timestamp[]): BigInt64Array {
  return new BigInt64Array(times.flatMap(({ seconds, nanoseconds }) => [BigInt(seconds), BigInt(nanoseconds)]));
}
