import { expect, test } from "bun:test";
import { ownCommand, reexecMain } from "./dispatch.ts";

test("ordinary arguments are not taken", () => {
  expect(reexecMain([])).toBeUndefined();
  expect(reexecMain(["run", "wherry-reexec:unpack"])).toBeUndefined();
});

test("an unknown child is an error", () => {
  expect(() => reexecMain(["wherry-reexec:nonsense"])).toThrow("no such child");
  expect(() => reexecMain(["wherry-reexec:toString"])).toThrow("no such child");
});

test("our own program is started by the running executable, whatever lies at its path now", () => {
  expect(ownCommand()[0]).toBe("/proc/self/exe");
});
