import { lstatSync, mkdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";

const maxLinks = 40;

/**
 * The host path of a container's path, with every symlink read as the container would read it: none leads out of `rootfs`.
 * Parts that do not exist are kept as they are. Only for a file system that no process of the container is changing.
 */
export function resolveInRootfs(rootfs: string, path: string): string {
  let resolved: string[] = [];
  const pending = path.split("/");
  let links = 0;
  while (pending.length > 0) {
    const part = pending.shift()!;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      resolved.pop();
      continue;
    }
    const host = join(rootfs, ...resolved, part);
    const facts = lstatSync(host, { throwIfNoEntry: false });
    if (!facts?.isSymbolicLink()) {
      resolved.push(part);
      continue;
    }
    links += 1;
    if (links > maxLinks) throw new Error(`too many levels of symbolic links: ${path}`);
    const target = readlinkSync(host);
    if (target.startsWith("/")) resolved = [];
    pending.unshift(...target.split("/"));
  }
  return join(rootfs, ...resolved);
}

/** Makes a directory of the container with its parents, as resolved by `resolveInRootfs`. Answers its host path. */
export function makeDirectoryInRootfs(rootfs: string, path: string): string {
  const host = resolveInRootfs(rootfs, path);
  mkdirSync(host, { recursive: true, mode: 0o755 });
  return host;
}
