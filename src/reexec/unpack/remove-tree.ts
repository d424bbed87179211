import { lstatSync, readdirSync } from "node:fs";
import { removeDirectory, unlink } from "#platform/linux/make-entry.ts";

const slash = Buffer.from("/");

/** Removes whatever is at the path, with all below it; links are removed, not followed. Nothing there is fine. */
export function removeTree(path: Buffer): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isDirectory()) {
    unlink(path);
    return;
  }
  for (const name of readdirSync(path, { encoding: "buffer" })) removeTree(Buffer.concat([path, slash, name]));
  removeDirectory(path);
}
