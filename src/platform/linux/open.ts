import { constants } from "node:fs";
import { currentDirectory, type KernelPath, kernelPath, showPath } from "./kernel-path.ts";
import { errno, libc, ptr } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

/** O_ flags, combined with `|`. Every descriptor we open is close-on-exec besides. */
export const openFlags = {
  readOnly: constants.O_RDONLY,
  writeOnly: constants.O_WRONLY,
  readWrite: constants.O_RDWR,
  create: constants.O_CREAT,
  exclusive: constants.O_EXCL,
  truncate: constants.O_TRUNC,
  append: constants.O_APPEND,
  directory: constants.O_DIRECTORY,
  noFollow: constants.O_NOFOLLOW,
  nonBlocking: constants.O_NONBLOCK,
  /** Only a handle on the place in the tree: neither readable nor writable, opens no device. */
  path: 0o10000000,
} as const;

const closeOnExec = 0o2000000;

export interface Opening {
  /** Descriptor of the folder that a relative path starts at; the current directory when left out. */
  readonly directory?: number;
  readonly path: KernelPath;
  readonly flags: number;
  /** Permission bits of a file that is created, before the umask. */
  readonly mode?: number;
}

/** openat(2). Returns the descriptor, which the caller closes. */
export function openFile({ directory = currentDirectory, path, flags, mode = 0 }: Opening): number {
  const fd = libc.openat(directory, kernelPath(path), flags | closeOnExec, mode);
  if (fd < 0) throw new SyscallError("open", errno(), showPath(path));
  return fd;
}

/** RESOLVE_ flags of openat2(2). */
export const resolveFlags = {
  /** Refuses to cross into another mount. */
  noMounts: 1,
  /** Refuses /proc/self/fd/N and its like. */
  noMagicLinks: 2,
  noSymlinks: 4,
  /** Refuses to leave the folder (EXDEV). */
  beneath: 8,
  /** The folder is the root: absolute links and `..` stay inside. */
  inRoot: 16,
} as const;

/** Number of openat2(2), the same on every architecture. */
const openat2Number = 437;

/**
 * openat2(2): opens `path` below the folder `directory` under rules that the kernel keeps while it walks, also when
 * somebody swaps a folder for a link meanwhile. By default the folder acts as the root and magic links are refused.
 */
export function openBelow({
  directory,
  path,
  flags,
  mode = 0,
  resolve = resolveFlags.inRoot | resolveFlags.noMagicLinks,
}: Opening & { readonly directory: number; readonly resolve?: number }): number {
  const how = new BigUint64Array([BigInt(flags | closeOnExec), BigInt(mode), BigInt(resolve)]);
  const name = kernelPath(path);
  const fd = Number(libc.syscall(openat2Number, directory, ptr(name), ptr(how), how.byteLength, 0));
  if (fd < 0) throw new SyscallError("openat2", errno(), showPath(path));
  return fd;
}

export function closeFile(fd: number): void {
  libc.close(fd);
}
