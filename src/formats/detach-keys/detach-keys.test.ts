import { expect, test } from "bun:test";
import { DetachWatcher, defaultDetachKeys, parseDetachKeys } from "./detach-keys.ts";

const feed = (watcher: DetachWatcher, ...bytes: number[]) => {
  const { forward, detached } = watcher.push(Uint8Array.from(bytes));
  return { forward: [...forward], detached };
};

test("keys are single characters or control combinations", () => {
  expect(parseDetachKeys("ctrl-p,ctrl-q")).toEqual(defaultDetachKeys);
  expect(parseDetachKeys("a,ctrl-\\,ctrl-@")).toEqual([97, 28, 0]);
  expect(parseDetachKeys("zz,q")).toBeUndefined();
  expect(parseDetachKeys("ctrl-1")).toBeUndefined();
});

test("the sequence is found across chunks and not handed on", () => {
  const watcher = new DetachWatcher(defaultDetachKeys);
  expect(feed(watcher, 65, 16)).toEqual({ forward: [65], detached: false });
  expect(feed(watcher, 17, 66)).toEqual({ forward: [], detached: true });
});

test("a sequence that breaks off is handed on in order", () => {
  const watcher = new DetachWatcher(defaultDetachKeys);
  expect(feed(watcher, 16)).toEqual({ forward: [], detached: false });
  expect(feed(watcher, 66)).toEqual({ forward: [16, 66], detached: false });
  expect(feed(watcher, 16, 16, 17)).toEqual({ forward: [16], detached: true });
});
