import { kernelPath } from "./kernel-path.ts";
import { errno, libc } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

/**
 * chroot(2) and chdir("/"): for a one-shot child only. All threads of the process share the root, so nothing outside
 * can be opened by name afterwards; load every module before.
 */
export function enterRoot(root: string): void {
  if (libc.chroot(kernelPath(root)) !== 0) throw new SyscallError("chroot", errno(), root);
  if (libc.chdir(kernelPath("/")) !== 0) throw new SyscallError("chdir", errno(), root);
}
