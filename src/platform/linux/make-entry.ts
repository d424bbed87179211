import { currentDirectory, type KernelPath, kernelPath, showPath } from "./kernel-path.ts";
import { errno, libc } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

/** Each call takes the descriptor of the folder that a relative path starts at, last, the current directory when left out. */

/** mkdirat(2). */
export function makeDirectory(path: KernelPath, mode: number, directory = currentDirectory): void {
  if (libc.mkdirat(directory, kernelPath(path), mode) !== 0) throw new SyscallError("mkdir", errno(), showPath(path));
}

/** S_IF bits: what mknod(2) shall make. */
export const nodeTypes = { file: 0o100000, characterDevice: 0o020000, blockDevice: 0o060000, fifo: 0o010000 } as const;

export interface Node {
  readonly type: keyof typeof nodeTypes;
  readonly mode: number;
  readonly major?: number;
  readonly minor?: number;
}

/** mknodat(2): a device, a FIFO or an empty file. */
export function makeNode(path: KernelPath, node: Node, directory = currentDirectory): void {
  const device = deviceNumber(node.major ?? 0, node.minor ?? 0);
  const result = libc.mknodat(directory, kernelPath(path), nodeTypes[node.type] | node.mode, device);
  if (result !== 0) throw new SyscallError("mknod", errno(), showPath(path));
}

/** glibc's dev_t: 12 bits of minor and major low, the rest of both above; arithmetic, since it passes 32 bits. */
function deviceNumber(major: number, minor: number): number {
  const low = ((minor & 0xff) | ((major & 0xfff) << 8)) >>> 0;
  return low + Math.floor(minor / 0x100) * 0x100000 + Math.floor(major / 0x1000) * 2 ** 44;
}

/** symlinkat(2). `target` is written as it is. */
export function makeSymbolicLink(target: KernelPath, path: KernelPath, directory = currentDirectory): void {
  if (libc.symlinkat(kernelPath(target), directory, kernelPath(path)) !== 0)
    throw new SyscallError("symlink", errno(), showPath(path));
}

/** linkat(2) within one folder's tree. A symbolic link at `existing` is linked itself, not what it points to. */
export function makeHardLink(existing: KernelPath, path: KernelPath, directory = currentDirectory): void {
  if (libc.linkat(directory, kernelPath(existing), directory, kernelPath(path), 0) !== 0)
    throw new SyscallError("link", errno(), `${showPath(path)} to ${showPath(existing)}`);
}

/** renameat2(2). Without `replace` an existing target is EEXIST. */
export function rename(from: KernelPath, to: KernelPath, { replace = true }: { replace?: boolean } = {}): void {
  const result = libc.renameat2(currentDirectory, kernelPath(from), currentDirectory, kernelPath(to), replace ? 0 : 1);
  if (result !== 0) throw new SyscallError("rename", errno(), `${showPath(from)} to ${showPath(to)}`);
}

const removeDirectoryFlag = 0x200;

/** unlinkat(2) for anything but folders (EISDIR). */
export function unlink(path: KernelPath, directory = currentDirectory): void {
  if (libc.unlinkat(directory, kernelPath(path), 0) !== 0) throw new SyscallError("unlink", errno(), showPath(path));
}

/** unlinkat(2) for an empty folder. */
export function removeDirectory(path: KernelPath, directory = currentDirectory): void {
  if (libc.unlinkat(directory, kernelPath(path), removeDirectoryFlag) !== 0)
    throw new SyscallError("rmdir", errno(), showPath(path));
}
