import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { overlayFeatures, withOverlayOptions } from "./overlay-options.ts";

const textOf = (lower: readonly string[], features: readonly string[] = []) => {
  let text = "";
  withOverlayOptions({ lower, upper: "/tmp", work: "/tmp" }, features, (options) => (text = options));
  return text;
};

test("folders are named by their paths, topmost first", () => {
  expect(textOf(["/b", "/a"], ["index=off"])).toBe("lowerdir=/b:/a,upperdir=/tmp,workdir=/tmp,index=off");
});

test("more than a page of paths is named by descriptors, which lead to the same folders", () => {
  const lower = Array.from({ length: 400 }, () => "/usr/share/");
  withOverlayOptions({ lower, upper: "/tmp", work: "/tmp" }, [], (options) => {
    const [first = ""] = options.slice("lowerdir=".length).split(":");
    expect(options.length).toBeGreaterThan(1000);
    expect(readlinkSync(first)).toBe("/usr/share");
  });
});

test("a path with a character that means something is named by a descriptor", () => {
  const folder = mkdtempSync(join(tmpdir(), "wherry-options-"));
  mkdirSync(join(folder, "a:b"));
  expect(textOf([join(folder, "a:b")])).toStartWith("lowerdir=/proc/self/fd/");
  rmSync(folder, { recursive: true });
});

test("only what the kernel knows is switched off", () => {
  const folder = mkdtempSync(join(tmpdir(), "wherry-features-"));
  writeFileSync(join(folder, "index"), "Y");
  expect(overlayFeatures(folder)).toEqual(["index=off"]);
  expect(overlayFeatures(join(folder, "missing"))).toEqual([]);
  rmSync(folder, { recursive: true });
});
