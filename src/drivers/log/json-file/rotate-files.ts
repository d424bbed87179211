import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { constants, createGzip } from "node:zlib";
import type { LogBounds } from "../log-driver.ts";
import { compressingPath, olderFiles, shiftFiles } from "./log-files.ts";

/** Between the monitor's reading of our wish and the new file lie a few system calls. */
const reopenPatienceMs = 2000;
const reopenLookMs = 2;

/**
 * Renames the current file away, has the monitor begin a new one and compresses the old. No line is lost on the way: the
 * monitor writes to the renamed file until it has the new one. `reopened` is called when it has.
 */
export async function rotateFiles(
  path: string,
  { maxFiles, compress }: LogBounds,
  reopen: () => Promise<void>,
  reopened: () => void,
): Promise<void> {
  if (existsSync(path)) shiftFiles(path, maxFiles - 1);
  await reopen();
  if (!(await appears(path))) return;
  reopened();
  if (maxFiles <= 1) rmSync(`${path}.1`, { force: true });
  if (!compress) return;
  for (const file of olderFiles(path)) if (!file.isCompressed) await compressFile(file.path, compressingPath(path));
}

async function appears(path: string): Promise<boolean> {
  for (const until = Date.now() + reopenPatienceMs; !existsSync(path); await sleep(reopenLookMs)) {
    if (Date.now() > until) return false;
  }
  return true;
}

async function compressFile(path: string, temporaryPath: string): Promise<void> {
  try {
    const gzip = createGzip({ level: constants.Z_BEST_SPEED });
    await pipeline(createReadStream(path), gzip, createWriteStream(temporaryPath, { mode: 0o600 }));
    // The log may have been removed meanwhile.
    if (existsSync(path)) renameSync(temporaryPath, `${path}.gz`);
    rmSync(path, { force: true });
  } finally {
    rmSync(temporaryPath, { force: true });
  }
}
