import { expect, test } from "bun:test";
import { baseName, entryPath, parentOf } from "./entry-path.ts";

test("paths become relative to the root", () => {
  for (const [stored, clean] of [
    ["a/b", "a/b"],
    ["./a/b", "a/b"],
    ["/a//b/", "a/b"],
    ["a/./b/.", "a/b"],
    ["a/x/../b", "a/b"],
    ["./", ""],
    [".", ""],
    ["/", ""],
    ["", ""],
    ["a..b/...", "a..b/..."],
    [".hidden/..x", ".hidden/..x"],
  ] as const)
    expect(entryPath(stored)).toBe(clean);
});

test("a path that begins above the root is refused, an absolute one cannot", () => {
  for (const stored of ["..", "../a", "a/../../b", "./../a"])
    expect(() => entryPath(stored)).toThrow("outside of the root");
  expect(entryPath("/../../a")).toBe("a");
});

test("a path has a parent and a base name", () => {
  expect([parentOf("a/b/c"), parentOf("a"), parentOf("")]).toEqual(["a/b", "", ""]);
  expect([baseName("a/b/c"), baseName("a")]).toEqual(["c", "a"]);
});
