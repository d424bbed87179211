import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Recording } from "./recording.ts";

const folder = join(import.meta.dir, "expectations");

/** What dockerd did in the scenarios of a file, by their names. */
export function readExpectations(file: string): Record<string, Recording> {
  const path = join(folder, `${file}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, Recording>) : {};
}

export function writeExpectations(file: string, recordings: Readonly<Record<string, Recording>>): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${file}.json`), `${JSON.stringify(recordings, undefined, 1)}\n`);
}
