import { expect, test } from "bun:test";
import { formatPlatform, normalizePlatform, parsePlatform, platformRank } from "./platform.ts";

const host = { os: "linux", architecture: "amd64", variant: "" };
const platform = (text: string) => parsePlatform(text, host);

test.each([
  ["linux/amd64", "linux/amd64"],
  ["linux/x86_64", "linux/amd64"],
  ["linux/arm64/v8", "linux/arm64"],
  ["linux/aarch64", "linux/arm64"],
  ["linux/arm", "linux/arm/v7"],
  ["linux/armhf", "linux/arm/v7"],
  ["linux/armel", "linux/arm/v6"],
  ["linux/arm/6", "linux/arm/v6"],
  ["arm64", "linux/arm64"],
  ["windows", "windows/amd64"],
])("%s means %s", (typed, meant) => {
  expect(formatPlatform(platform(typed))).toBe(meant);
});

test("what is no platform is refused in docker's words", () => {
  expect(() => platform("foo/bar/baz/x")).toThrow('"foo/bar/baz/x": cannot parse platform specifier: invalid argument');
  expect(() => platform("toaster")).toThrow('"toaster": unknown operating system or architecture: invalid argument');
  expect(() => platform("linux/$")).toThrow("invalid component");
});

test("older levels of a family run, newer ones and other families do not", () => {
  const ranks = (wanted: string, ...offered: string[]) =>
    offered.map((text) => platformRank(platform(text), platform(wanted)));
  expect(ranks("linux/arm/v7", "linux/arm/v7", "linux/arm/v6", "linux/arm/v5", "linux/arm/v8")).toEqual([
    0,
    1,
    2,
    undefined,
  ]);
  expect(ranks("linux/amd64", "linux/amd64", "linux/386", "linux/arm64", "windows/amd64")).toEqual([
    0,
    1,
    undefined,
    undefined,
  ]);
  expect(ranks("linux/arm64", "linux/arm64/v8", "linux/arm/v7")).toEqual([0, 2]);
  expect(ranks("linux/amd64", "linux/amd64/v3")).toEqual([undefined]);
});

test("normalising is the same when done twice", () => {
  for (const text of ["linux/arm/v8", "linux/arm64/v8", "linux/amd64/v1"]) {
    const once = normalizePlatform(platform(text));
    expect(normalizePlatform(once)).toEqual(once);
  }
});
