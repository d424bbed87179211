import { expect, test } from "bun:test";
import { creationError, execFailure, type FailedCall } from "./failure-words.ts";
import { parseOutcome } from "./start-monitor.ts";

const call = (words: string, changes: Partial<FailedCall> = {}): FailedCall => ({
  words,
  kind: "crun",
  args: ["prog"],
  cwd: "/work",
  mounts: [{ source: "/src", destination: "/dst" }],
  ...changes,
});
const init = "runc create failed: unable to start container process: error during container init: ";

test("crun's words become those of runc, which docker's users know", () => {
  const cases: [string, string, string][] = [
    [
      "executable file `prog` not found in $PATH: No such file or directory",
      `${init}exec: "prog": executable file not found in $PATH`,
      "executable-not-found",
    ],
    ["open executable: Permission denied", `${init}exec: "prog": permission denied`, "permission-denied"],
    [
      "the path `prog` exists but it is not executable: Operation not permitted",
      `${init}exec: "prog": permission denied`,
      "permission-denied",
    ],
    [
      "the path `prog` is not a regular file: Operation not permitted",
      `${init}exec: "prog": is a directory: permission denied`,
      "permission-denied",
    ],
    [
      "cannot stat `/src`: No such file or directory",
      `${init}error mounting "/src" to rootfs at "/dst": stat /src: no such file or directory`,
      "other",
    ],
    [
      "open executable: Operation not permitted",
      `${init}exec: "prog": is a directory: permission denied`,
      "permission-denied",
    ],
    [
      "chdir `/work`: No such file or directory",
      'runc create failed: unable to start container process: chdir to cwd ("/work") set in config.json failed: no such file or directory',
      "other",
    ],
    [
      "error stat'ing file `/src`: No such file or directory",
      `${init}error mounting "/src" to rootfs at "/dst": stat /src: no such file or directory`,
      "other",
    ],
    [
      "mount `/src` to `dst`: Not a directory",
      `${init}error mounting "/src" to rootfs at "/dst": mount src=/src: not a directory: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type`,
      "other",
    ],
    ["something new", `${init}something new`, "other"],
  ];
  for (const [words, detail, reason] of cases) expect(creationError(call(words))).toMatchObject({ detail, reason });
});

test("a program with a path that is not there is told with its path", () => {
  const words = "executable file `/none` not found in $PATH: No such file or directory";
  expect(creationError(call(words, { args: ["/none"] })).detail).toBe(
    `${init}exec: "/none": stat /none: no such file or directory`,
  );
});

test("runc's log lines are reduced to the last error, and its older form is completed", () => {
  const words =
    'time="t" level=warning msg="w"\ntime="t" level=error msg="runc create failed: unable to start container process: exec: \\"x\\": executable file not found in $PATH"\n';
  expect(creationError(call(words, { kind: "runc" }))).toMatchObject({
    detail: `${init}exec: "x": executable file not found in $PATH`,
    reason: "executable-not-found",
  });
});

test("an exec that fails has docker's code", () => {
  expect(execFailure(call("executable file `prog` not found in $PATH: No such file or directory"))).toEqual({
    message: 'exec failed: unable to start container process: exec: "prog": executable file not found in $PATH',
    exitCode: 127,
  });
  expect(execFailure(call("open executable: Permission denied")).exitCode).toBe(126);
  const words = 'level=error msg="exec failed: unable to start container process: exec: \\"x\\": permission denied"';
  expect(execFailure(call(words, { kind: "runc" })).exitCode).toBe(126);
});

test("the monitor tells a pid, the runtime's words, or its own complaint", () => {
  expect(parseOutcome('{"data": 42}\n')).toBe(42);
  expect(parseOutcome('{"data": -1, "message": "a \\"b\\"\\n"}\n')).toBe('a "b"\n');
  expect(parseOutcome("[conmon:e]: Runtime path /x is not valid\n")).toBe("Runtime path /x is not valid");
  expect(parseOutcome('{"data": -1}\n')).toBe("the runtime gave no reason");
});
