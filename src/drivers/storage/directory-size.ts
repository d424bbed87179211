import type { BigIntStats } from "node:fs";
import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

/** Bytes of all files and links below the folder; a file with several names counts once. A missing folder is 0. */
export async function directorySizeBytes(
  folder: string,
  counts: (path: string, stats: BigIntStats) => boolean | Promise<boolean> = () => true,
): Promise<number> {
  const seen = new Set<bigint>();
  let bytes = 0;
  for await (const path of walk(folder)) {
    const stats = await lstatOrGone(path);
    if (!stats || stats.isDirectory()) continue;
    if (stats.nlink > 1n) {
      if (seen.has(stats.ino)) continue;
      seen.add(stats.ino);
    }
    if (await counts(path, stats)) bytes += Number(stats.size);
  }
  return bytes;
}

/** All paths below the folder. What disappears meanwhile is left out: containers go on writing. */
async function* walk(folder: string): AsyncGenerator<string> {
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    try {
      for await (const entry of await opendir(next)) {
        const path = join(next, entry.name);
        if (entry.isDirectory()) waiting.push(path);
        yield path;
      }
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

async function lstatOrGone(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "ENOENT" || code === "ENOTDIR";
}
