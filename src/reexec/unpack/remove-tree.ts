import { readdirSync } from "node:fs";
import { removeDirectory, unlink } from "#platform/linux/make-entry.ts";
import { lstatIfThere } from "./lstat-if-there.ts";

const slash = Buffer.from("/");

/** Removes whatever is at the path, with all below it; links are removed, not followed. Nothing there is fine. */
export function removeTree(path: Buffer): void {
  const found = lstatIfThere(path);
  if (!found) return;
  if (!found.isDirectory()) {
    unlink(path);
    return;
  }
  for (const name of readdirSync(path, { encoding: "buffer" })) removeTree(Buffer.concat([path, slash, name]));
  removeDirectory(path);
}
