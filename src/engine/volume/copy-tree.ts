import { chmodSync, lchownSync, lutimesSync, type Stats } from "node:fs";
import { constants, copyFile, lstat, mkdir, readdir, readlink, symlink } from "node:fs/promises";
import { join } from "node:path";

/**
 * Copies a directory's content with owners, modes and times into an empty directory that nobody else uses. Symlinks are
 * copied as links and never followed; device files, sockets and pipes are left out.
 */
export async function copyTree(source: string, target: string): Promise<void> {
  for (const name of await readdir(source)) {
    const from = join(source, name);
    const to = join(target, name);
    const facts = await lstat(from);
    if (facts.isDirectory()) {
      await mkdir(to, { mode: 0o700 });
      await copyTree(from, to);
    } else if (facts.isSymbolicLink()) await symlink(await readlink(from), to);
    else if (facts.isFile()) await copyFile(from, to, constants.COPYFILE_EXCL);
    else continue;
    copyAttributes(facts, to);
  }
}

/** Owner first: changing it clears set-user-id bits. */
export function copyAttributes(facts: Stats, to: string): void {
  lchownSync(to, facts.uid, facts.gid);
  if (!facts.isSymbolicLink()) chmodSync(to, facts.mode & 0o7777);
  lutimesSync(to, facts.atime, facts.mtime);
}
