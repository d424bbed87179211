import { kernelPath } from "./kernel-path.ts";
import { cString, errno, libc } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

/** MS_ flags of mount(2), combined with `|`. */
export const mountFlags = {
  readOnly: 1,
  noSuid: 2,
  noDev: 4,
  noExec: 8,
  remount: 32,
  bind: 4096,
  recursive: 16384,
  private: 1 << 18,
  slave: 1 << 19,
  shared: 1 << 20,
} as const;

export interface Mount {
  /** Device, or the file or folder to bind; empty where the type needs none. */
  readonly source?: string;
  readonly target: string;
  /** Empty for bind, remount and propagation changes. */
  readonly type?: string;
  /** Of `mountFlags`. */
  readonly flags?: number;
  /** The file system's own options; at most 4095 bytes, more is EINVAL. */
  readonly options?: string;
}

/** mount(2). Throws SyscallError; its message names type and target. */
export function mount({ source = "", target, type = "", flags = 0, options = "" }: Mount): void {
  // The kernel copies one page of options and would cut the rest off without a word.
  if (Buffer.byteLength(options) > 4095) throw new SyscallError("mount", 22, `${type} on ${target}: options too long`);
  const result = libc.mount(cString(source), kernelPath(target), cString(type), flags, cString(options));
  if (result !== 0) throw new SyscallError("mount", errno(), `${type || "bind"} on ${target}`);
}

const detachFlag = 2;
const noFollowFlag = 8;

/**
 * umount2(2); a symbolic link is not followed. `detach` takes the mount out of the tree at once and ends it when its last
 * user is gone. Returns false when nothing was mounted there (EINVAL) or there is no such path.
 */
export function unmount(target: string, { detach = false }: { detach?: boolean } = {}): boolean {
  const result = libc.umount2(kernelPath(target), noFollowFlag | (detach ? detachFlag : 0));
  if (result === 0) return true;
  const error = new SyscallError("umount", errno(), target);
  if (error.code === "EINVAL" || error.code === "ENOENT") return false;
  throw error;
}
