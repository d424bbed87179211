import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";

export interface LogFile {
  readonly path: string;
  readonly isCompressed: boolean;
}

/**
 * The files of one log. The current one is `path`; the older ones are `path.1` and up, compressed ones with `.gz`
 * behind. All here is synchronous, so that a reader's list and a rotation never mix.
 */
export function logFiles(path: string): LogFile[] {
  const older = olderFiles(path).map(({ path, isCompressed }) => ({ path, isCompressed }));
  return existsSync(path) ? [...older, { path, isCompressed: false }] : older;
}

interface OlderFile extends LogFile {
  readonly number: number;
}

/** Oldest first. Of a file that is there both ways the plain one counts: the other was not finished. */
export function olderFiles(path: string): OlderFile[] {
  const byNumber = new Map<number, OlderFile>();
  const prefix = `${basename(path)}.`;
  for (const name of namesIn(dirname(path))) {
    const [, digits, suffix] = name.startsWith(prefix) ? (/^(\d+)(\.gz)?$/.exec(name.slice(prefix.length)) ?? []) : [];
    if (digits === undefined) continue;
    const number = Number(digits);
    const isCompressed = suffix !== undefined;
    if (isCompressed && byNumber.get(number)?.isCompressed === false) continue;
    byNumber.set(number, { number, path: `${path}.${digits}${suffix ?? ""}`, isCompressed });
  }
  return [...byNumber.values()].toSorted((a, b) => b.number - a.number);
}

/** Makes `path` the first of the older files; those past `maxOlder` are dropped. The current file is missing after this. */
export function shiftFiles(path: string, maxOlder: number): void {
  for (const file of olderFiles(path)) {
    rmSync(`${path}.${file.number}${file.isCompressed ? "" : ".gz"}`, { force: true });
    const target = `${path}.${file.number + 1}${file.isCompressed ? ".gz" : ""}`;
    if (file.number + 1 > Math.max(maxOlder, 1)) rmSync(file.path, { force: true });
    else renameSync(file.path, target);
  }
  renameSync(path, `${path}.1`);
}

export function removeFiles(path: string): void {
  for (const { path: older } of olderFiles(path)) rmSync(older, { force: true });
  for (const leftover of [path, `${path}.tmp`, compressingPath(path)]) rmSync(leftover, { force: true });
}

/** Where a file is compressed to before it takes its place. */
export const compressingPath = (path: string): string => `${path}.gz.tmp`;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
