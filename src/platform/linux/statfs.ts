import { kernelPath } from "./kernel-path.ts";
import { errno, libc } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

export interface FileSystemFacts {
  /** "extfs", "xfs", "btrfs", "tmpfs", "overlayfs", … as docker names them, else the magic number in hex. */
  readonly type: string;
  readonly sizeBytes: number;
  readonly availableBytes: number;
}

/** Magic numbers of linux/magic.h with the names that `docker info` shows. */
const types: Readonly<Record<number, string>> = {
  0xef53: "extfs",
  0x58465342: "xfs",
  0x9123683e: "btrfs",
  0x01021994: "tmpfs",
  0x794c7630: "overlayfs",
  0x2fc12fc1: "zfs",
  0xf2f52010: "f2fs",
  0x6969: "nfs",
  0x65735546: "fuse",
  0x858458f6: "ramfs",
  0xca451a4e: "bcachefs",
  0x61756673: "aufs",
};

/** statfs(2). The layout is that of 64-bit Linux: f_type, f_bsize, f_blocks, f_bfree, f_bavail as words. */
export function statFileSystem(path: string): FileSystemFacts {
  const words = new BigUint64Array(16);
  if (libc.statfs(kernelPath(path), words) !== 0) throw new SyscallError("statfs", errno(), path);
  const [magic = 0n, blockSize = 0n, blocks = 0n, , available = 0n] = words;
  return {
    type: types[Number(magic)] ?? `0x${magic.toString(16)}`,
    sizeBytes: Number(blockSize * blocks),
    availableBytes: Number(blockSize * available),
  };
}
