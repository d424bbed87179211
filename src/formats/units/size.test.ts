import { expect, test } from "bun:test";
import { binarySize, humanSize, parseBytes, shortHumanSize } from "./size.ts";

test.each([
  [0, "0B", "0B", "0B"],
  [999, "999B", "999B", "999B"],
  [1000, "1kB", "1kB", "1000B"],
  [123_456, "123.5kB", "123kB", "120.6KiB"],
  [4_262_000, "4.262MB", "4.26MB", "4.065MiB"],
  [2_000_000_000, "2GB", "2GB", "1.863GiB"],
])("%d bytes", (bytes, human, short, binary) => {
  expect([humanSize(bytes), shortHumanSize(bytes), binarySize(bytes)]).toEqual([human, short, binary]);
});

test.each([
  ["512", 512],
  ["1k", 1024],
  ["1.5g", 1_610_612_736],
  ["64MiB", 67_108_864],
  ["10b", 10],
])("%s is read 1024-based", (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test.each(["lots", "12x", "-1", ""])("%p is no size", (text) => {
  expect(() => parseBytes(text)).toThrow(/^invalid /);
});
