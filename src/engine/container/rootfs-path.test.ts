import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDirectoryInRootfs, resolveInRootfs } from "./rootfs-path.ts";

let rootfs = "";
beforeEach(() => {
  rootfs = mkdtempSync(join(tmpdir(), "rootfs-"));
});
afterEach(() => rmSync(rootfs, { recursive: true }));

test("links are read as inside the container", () => {
  mkdirSync(join(rootfs, "real/sub"), { recursive: true });
  symlinkSync("/real", join(rootfs, "absolute"));
  symlinkSync("real", join(rootfs, "relative"));
  expect(resolveInRootfs(rootfs, "/absolute/sub")).toBe(join(rootfs, "real/sub"));
  expect(resolveInRootfs(rootfs, "/relative/sub")).toBe(join(rootfs, "real/sub"));
});

test("neither dots nor links lead out", () => {
  symlinkSync("../../../../etc", join(rootfs, "up"));
  symlinkSync("/../../etc", join(rootfs, "root"));
  for (const path of ["/up/passwd", "/root/passwd", "/../../etc/passwd"])
    expect(resolveInRootfs(rootfs, path)).toBe(join(rootfs, "etc/passwd"));
});

test("links in a circle are refused", () => {
  symlinkSync("b", join(rootfs, "a"));
  symlinkSync("a", join(rootfs, "b"));
  expect(() => resolveInRootfs(rootfs, "/a/x")).toThrow("too many levels");
});

test("a directory is made where a dangling link points", () => {
  symlinkSync("/data/deep", join(rootfs, "work"));
  expect(makeDirectoryInRootfs(rootfs, "/work/sub")).toBe(join(rootfs, "data/deep/sub"));
});
