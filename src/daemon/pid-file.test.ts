import { afterAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { claimPidFile, PidFileError } from "./pid-file.ts";

const folder = mkdtempSync(join(tmpdir(), "wherry-pid-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "sub", "wherry.pid");

test("the file holds the digits of our pid and goes with us", () => {
  const file = claimPidFile(path, process.pid);
  expect(readFileSync(path, "utf8")).toBe(String(process.pid));
  file.release();
  expect(existsSync(path)).toBe(false);
});

test("a file that names a living process is respected", () => {
  writeFileSync(path, "1\n");
  expect(() => claimPidFile(path, process.pid)).toThrow(PidFileError);
  expect(() => claimPidFile(path, process.pid)).toThrow(
    `pid file found, ensure wherry is not running or delete ${path}`,
  );
  expect(readFileSync(path, "utf8")).toBe("1\n");
});

test("a file left by a dead process, or with nonsense in it, is replaced", () => {
  for (const text of ["4194304", "nonsense", ""]) {
    writeFileSync(path, text);
    claimPidFile(path, process.pid);
    expect(readFileSync(path, "utf8")).toBe(String(process.pid));
  }
});

test("a zombie is dead", async () => {
  // When the child ends its parent is `sleep`, which never asks for an exit code: the child stays a zombie.
  const child = "echo $$; exec sleep 0.05";
  const shell = spawn("sh", ["-c", `sh -c '${child}' & exec sleep 5`], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = (await once(shell.stdout, "data")) as [Buffer];
  writeFileSync(path, line);
  for (let tries = 0; !/State:\s+Z/.test(statusOf(line)); tries++) {
    if (tries > 200) throw new Error("the child did not become a zombie");
    await sleep(5);
  }
  claimPidFile(path, process.pid);
  expect(readFileSync(path, "utf8")).toBe(String(process.pid));
  shell.kill("SIGKILL");
});

const statusOf = (pid: Buffer) => readFileSync(`/proc/${String(pid).trim()}/status`, "utf8");

test("a file that another daemon has taken over is left alone", () => {
  const file = claimPidFile(path, process.pid);
  writeFileSync(path, "1");
  file.release();
  expect(readFileSync(path, "utf8")).toBe("1");
});

test("no path, no file", () => {
  claimPidFile("", process.pid).release();
});
