import { expect, test } from "bun:test";
import { ProgramError } from "./program-error.ts";
import { runSync } from "./run-sync.ts";

function failure(argv: string[], options?: { timeoutMs: number }): ProgramError {
  try {
    runSync(argv, options);
  } catch (error) {
    expect(error).toBeInstanceOf(ProgramError);
    return error as ProgramError;
  }
  throw new Error("it did not fail");
}

test("a program gets its input and its output comes back", () => {
  expect(runSync(["cat"], { input: "over and out" })).toBe("over and out");
});

test("a failing program's error tells its code and its last words", () => {
  const error = failure(["sh", "-c", "echo bad >&2; exit 3"]);
  expect(error.exitCode).toBe(3);
  expect(error.stderrTail).toBe("bad");
});

test("a program that is not there is a ProgramError", () => {
  expect(failure(["/nonexistent/program"]).message).toContain("ENOENT");
});

test("a program past its time limit is killed", () => {
  expect(failure(["sleep", "20"], { timeoutMs: 20 }).message).toContain("20 ms");
});
