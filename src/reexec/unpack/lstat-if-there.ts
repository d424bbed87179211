import { lstatSync, type Stats } from "node:fs";

/** lstat(2), or undefined when nothing is there, also because a file stands where the path needs a folder. */
export function lstatIfThere(path: Buffer): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOTDIR") return undefined;
    throw error;
  }
}
