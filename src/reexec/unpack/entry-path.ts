import { UnpackError } from "./unpack-error.ts";

/**
 * An entry's path as one relative to the root: no leading or double slash, no `.`, `..` taken away by name. Empty for the
 * root itself. Throws UnpackError when it would begin above the root; an absolute path counts from the root.
 */
export function entryPath(stored: string): string {
  // Most paths are clean already: do not take them apart.
  if (!/(^|\/)(\.{0,2})(\/|$)/.test(stored)) return stored;
  const parts: string[] = [];
  for (const part of stored.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined && !stored.startsWith("/"))
      throw new UnpackError("outside-root", `invalid archive entry: ${JSON.stringify(stored)} is outside of the root`);
  }
  return parts.join("/");
}

/** The folder that holds the path, empty for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
