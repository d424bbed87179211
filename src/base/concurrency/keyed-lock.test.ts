import { expect, test } from "bun:test";
import { KeyedLock } from "./keyed-lock.ts";

test("work under one key runs in order, other keys do not wait, and a failure does not stop the queue", async () => {
  const locks = new KeyedLock();
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = locks.run("a", async () => {
    await gate.promise;
    seen.push("a1");
    throw new Error("first failed");
  });
  const second = locks.run("a", () => seen.push("a2"));
  await locks.run("b", () => seen.push("b1"));
  expect(locks.held()).toEqual(["a"]);
  gate.resolve();
  expect(first).rejects.toThrow("first failed");
  await second;
  expect(seen).toEqual(["b1", "a1", "a2"]);
  expect(locks.held()).toEqual([]);
});
