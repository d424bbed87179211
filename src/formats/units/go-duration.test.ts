import { expect, test } from "bun:test";
import { formatGoDuration, parseGoDuration } from "./go-duration.ts";

test.each([
  ["300ms", 300e6],
  ["1h2m3.5s", 3_723_500_000_000],
  ["-1.5h", -5_400_000_000_000],
  ["0", 0],
])("%s is read", (text, nanos) => {
  expect(parseGoDuration(text)).toBe(nanos);
});

test.each([
  ["5", 'time: missing unit in duration "5"'],
  ["5d", 'time: unknown unit "d" in duration "5d"'],
  ["x", 'time: invalid duration "x"'],
  ["", 'time: invalid duration ""'],
])("%p is refused in Go's words", (text, message) => {
  expect(() => parseGoDuration(text)).toThrow(message);
});

test.each([
  [90e9, "1m30s"],
  [3600e9, "1h0m0s"],
  [500e6, "500ms"],
  [1_500_000_000, "1.5s"],
  [0, "0s"],
])("%d ns are written", (nanos, text) => {
  expect(formatGoDuration(nanos)).toBe(text);
});
