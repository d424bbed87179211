import { cString } from "./libc.ts";

/** Text is handed to the kernel as UTF-8; bytes as they are, for names that are not valid UTF-8. */
export type KernelPath = string | Uint8Array;

/** The current directory, where a call takes the descriptor of a directory. */
export const currentDirectory = -100;

/** The path with its closing NUL. Keep the buffer referenced until the call is over. */
export function kernelPath(path: KernelPath): Buffer {
  if (typeof path === "string") return cString(path);
  if (path.includes(0)) throw new TypeError("a NUL byte in a path for the kernel");
  const terminated = Buffer.alloc(path.length + 1);
  terminated.set(path);
  return terminated;
}

/** For messages only. */
export function showPath(path: KernelPath): string {
  return typeof path === "string" ? path : Buffer.from(path).toString("utf8");
}
