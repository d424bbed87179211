import { type KernelPath, kernelPath, showPath } from "./kernel-path.ts";
import { cString, errno, libc, ptr } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

/** The kernel's bounds: 64 KiB for a value and for the list of names. */
const largest = 65536;
const buffer = Buffer.alloc(largest);

/** lsetxattr(2): sets or replaces; of a symbolic link itself. */
export function setXattr(path: KernelPath, name: string, value: Uint8Array): void {
  // A pointer to nothing is refused for an empty buffer, so there is always one byte behind it.
  const bytes = value.length > 0 ? value : new Uint8Array(1);
  if (libc.lsetxattr(kernelPath(path), cString(name), bytes, value.length, 0) !== 0)
    throw new SyscallError("setxattr", errno(), `${name} of ${showPath(path)}`);
}

/** fsetxattr(2). */
export function setXattrOf(fd: number, name: string, value: Uint8Array): void {
  const bytes = value.length > 0 ? value : new Uint8Array(1);
  if (libc.fsetxattr(fd, cString(name), bytes, value.length, 0) !== 0)
    throw new SyscallError("setxattr", errno(), name);
}

/** lgetxattr(2). Undefined when there is no such attribute or the file system has none at all. */
export function getXattr(path: KernelPath, name: string): Uint8Array | undefined {
  const length = Number(libc.lgetxattr(kernelPath(path), cString(name), ptr(buffer), largest));
  if (length >= 0) return Uint8Array.from(buffer.subarray(0, length));
  const error = new SyscallError("getxattr", errno(), `${name} of ${showPath(path)}`);
  if (error.code === "ENODATA" || error.code === "EOPNOTSUPP") return undefined;
  throw error;
}

/** llistxattr(2). Empty when the file system has no extended attributes. */
export function listXattrs(path: KernelPath): string[] {
  const length = Number(libc.llistxattr(kernelPath(path), ptr(buffer), largest));
  if (length >= 0) return buffer.toString("utf8", 0, length).split("\0").filter(Boolean);
  const error = new SyscallError("listxattr", errno(), showPath(path));
  if (error.code === "EOPNOTSUPP") return [];
  throw error;
}
