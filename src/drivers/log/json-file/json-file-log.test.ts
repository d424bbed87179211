import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LogReadOptions } from "../log-driver.ts";
import { JsonFileLog } from "./json-file-log.ts";

let folder: string;
let path: string;
let log: JsonFileLog;
let clock = 0;
const bounds = { maxSizeBytes: 1, maxFiles: 4, compress: true };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wherry-log-"));
  path = join(folder, "container.log");
  log = new JsonFileLog();
  clock = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const timeOf = (second: number) =>
  `2026-01-01T00:${String(Math.floor(second / 60)).padStart(2, "0")}:${String(second % 60).padStart(2, "0")}`;
const record = (text: string, tag = "F", stream = "stdout") =>
  `${timeOf(clock++)}.000000000+00:00 ${stream} ${tag} ${text}\n`;
const write = (...texts: string[]) => appendFileSync(path, texts.map((text) => record(text)).join(""));
/** As the monitor does when it is asked to reopen. */
const reopen = async () => writeFileSync(path, "");

async function read(changes: Partial<LogReadOptions> = {}): Promise<string[]> {
  const lines: string[] = [];
  const { signal } = new AbortController();
  const options = { stdout: true, stderr: true, follow: false, signal, ended: () => true, ...changes };
  for await (const batch of log.read(path, options))
    lines.push(...batch.map(({ data }) => Buffer.from(data).toString().trimEnd()));
  return lines;
}

test("rotated files are compressed, numbered and read in order", async () => {
  for (const text of ["a", "b", "c"]) {
    write(text);
    await log.rotate(path, bounds, reopen);
  }
  write("d");
  expect(readdirSync(folder).toSorted()).toEqual([
    "container.log",
    "container.log.1.gz",
    "container.log.2.gz",
    "container.log.3.gz",
  ]);
  expect(await read()).toEqual(["a", "b", "c", "d"]);
});

test("no more files are kept than allowed, and one means the current one only", async () => {
  for (const text of ["a", "b", "c", "d", "e"]) {
    write(text);
    await log.rotate(path, { ...bounds, maxFiles: 3 }, reopen);
  }
  expect(await read()).toEqual(["d", "e"]);
  write("f");
  await log.rotate(path, { ...bounds, maxFiles: 1 }, reopen);
  expect(readdirSync(folder)).toEqual(["container.log"]);
});

test("a small file is not rotated", async () => {
  write("a");
  await log.rotate(path, { ...bounds, maxSizeBytes: 1000 }, reopen);
  expect(readdirSync(folder)).toEqual(["container.log"]);
});

test("a rotation that an earlier daemon left half done is completed", async () => {
  writeFileSync(`${path}.1`, record("old"));
  let reopened = 0;
  await log.rotate(path, bounds, async () => {
    reopened++;
    await reopen();
  });
  expect(reopened).toBe(1);
  expect(readdirSync(folder).toSorted()).toEqual(["container.log", "container.log.1.gz"]);
  expect(await read()).toEqual(["old"]);
});

test("a plain file counts before a compressed one of the same number that was not finished", async () => {
  writeFileSync(`${path}.1`, record("plain"));
  writeFileSync(`${path}.1.gz`, "rubbish");
  write("now");
  expect(await read()).toEqual(["plain", "now"]);
});

test("the last lines come from as many files as it takes", async () => {
  write("a", "b", "c");
  await log.rotate(path, bounds, reopen);
  write("d", "e");
  await log.rotate(path, bounds, reopen);
  write("f");
  expect(await read({ tail: 0 })).toEqual([]);
  expect(await read({ tail: 1 })).toEqual(["f"]);
  expect(await read({ tail: 2 })).toEqual(["e", "f"]);
  expect(await read({ tail: 4 })).toEqual(["c", "d", "e", "f"]);
  expect(await read({ tail: 100 })).toEqual(["a", "b", "c", "d", "e", "f"]);
});

test("the last lines of a plain file are whole ones, parts joined", async () => {
  write("a");
  appendFileSync(path, record("b1 ", "P") + record("b2", "F") + record("c1 ", "P") + record("c2 ", "P"));
  expect(await read({ tail: 1 })).toEqual(["c1 c2"]);
  expect(await read({ tail: 2 })).toEqual(["b1 b2", "c1 c2"]);
  expect(await read({ tail: 3 })).toEqual(["a", "b1 b2", "c1 c2"]);
});

test("the last lines of a long file are found across blocks", async () => {
  const texts = Array.from({ length: 3000 }, (_, index) => `${index} ${"x".repeat(index % 700)}.`);
  write(...texts);
  expect(await read({ tail: 1500 })).toEqual(texts.slice(-1500));
});

test("times and streams are chosen", async () => {
  write("a", "b");
  appendFileSync(path, record("bad", "F", "stderr"));
  write("c");
  expect(await read({ stderr: false })).toEqual(["a", "b", "c"]);
  expect(await read({ stdout: false })).toEqual(["bad"]);
  expect(await read({ since: new Date("2026-01-01T00:00:01Z") })).toEqual(["b", "bad", "c"]);
  expect(await read({ until: new Date("2026-01-01T00:00:01Z") })).toEqual(["a", "b"]);
});

test("a follower sees each line once through any number of rotations and stops when the container has ended", async () => {
  write("0");
  let hasEnded = false;
  const reading = read({ follow: true, ended: () => hasEnded });
  for (let round = 1; round <= 6; round++) {
    write(`${round}a`);
    if (round % 2 === 0) await sleep(5);
    await log.rotate(path, bounds, async () => {
      // The monitor goes on with the old file until it has the new one.
      appendFileSync(`${path}.1`, record(`${round}b`));
      await reopen();
    });
    write(`${round}c`);
  }
  hasEnded = true;
  const rounds = [1, 2, 3, 4, 5, 6].flatMap((round) => [`${round}a`, `${round}b`, `${round}c`]);
  expect(await reading).toEqual(["0", ...rounds]);
});

test("a follower ends at once when it is aborted", async () => {
  write("a");
  const abort = new AbortController();
  const reading = read({ follow: true, ended: () => false, signal: abort.signal });
  await sleep(10);
  abort.abort();
  expect(await reading).toEqual(["a"]);
});

test("a follower waits for a log that is not there yet", async () => {
  let hasEnded = false;
  const reading = read({ follow: true, ended: () => hasEnded });
  await sleep(5);
  write("late");
  hasEnded = true;
  expect(await reading).toEqual(["late"]);
});

test("removing a log removes all its files and no others", async () => {
  write("a");
  await log.rotate(path, bounds, reopen);
  writeFileSync(join(folder, "container.log.bak"), "");
  await log.remove(path);
  expect(readdirSync(folder)).toEqual(["container.log.bak"]);
  expect(existsSync(path)).toBe(false);
});
