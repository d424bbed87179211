import { expect, test } from "bun:test";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { ProgramError } from "./program-error.ts";
import { run } from "./run.ts";
import { spawnProcess } from "./spawn-process.ts";

async function failure(work: Promise<unknown>): Promise<ProgramError> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ProgramError);
  return error as ProgramError;
}

test("a program gets its input and its output comes back", async () => {
  const { stdout, exitCode } = await run(["cat"], { input: "a\0b" });
  expect(stdout).toBe("a\0b");
  expect(exitCode).toBe(0);
});

test("arguments reach the program as they are, no shell reads them", async () => {
  const { stdout } = await run(["printf", "%s|", "$HOME; true", "a b"]);
  expect(stdout).toBe("$HOME; true|a b|");
});

test("a failing program's error tells its code and its last words", async () => {
  const error = await failure(run(["sh", "-c", "echo first >&2; echo bad >&2; exit 3"]));
  expect(error.exitCode).toBe(3);
  expect(error.stderrTail).toEndWith("bad");
  expect(error.message).toContain("exit code 3");
});

test("a failure can be accepted", async () => {
  expect((await run(["false"], { acceptFailure: true })).exitCode).toBe(1);
});

test("a program that is not there is a ProgramError without exit code", async () => {
  const error = await failure(run(["/nonexistent/program"]));
  expect(error.exitCode).toBeUndefined();
  expect(error.message).toContain("ENOENT");
});

test("a program past its time limit is killed", async () => {
  const error = await failure(run(["sleep", "20"], { timeoutMs: 20 }));
  expect(error.signal).toBe("SIGKILL");
  expect(error.message).toContain("20 ms");
});

test("an abort kills the program", async () => {
  const abort = new AbortController();
  const running = failure(run(["sleep", "20"], { signal: abort.signal }));
  abort.abort();
  expect((await running).message).toContain("aborted");
});

test("a program that does not read its input is no error", async () => {
  expect((await run(["true"], { input: new Uint8Array(1 << 20) })).exitCode).toBe(0);
});

test("a descriptor of ours can be handed over at a number above 2", async () => {
  const path = `/tmp/wherry-spawn-${process.pid}`;
  const fd = openSync(path, "w");
  try {
    const child = spawnProcess(["sh", "-c", "echo here >&4"], { stdio: ["ignore", "ignore", "ignore", "ignore", fd] });
    expect(await child.exited).toEqual({ exitCode: 0, signal: undefined });
    expect(readFileSync(path, "utf8")).toBe("here\n");
  } finally {
    closeSync(fd);
    rmSync(path);
  }
});

test("a child killed by a signal has no exit code", async () => {
  const child = spawnProcess(["sleep", "20"]);
  child.kill("SIGTERM");
  expect(await child.exited).toEqual({ exitCode: undefined, signal: "SIGTERM" });
});
