import { expect, test } from "bun:test";
import { progressBar } from "./progress-bar.ts";

test("a finished bar is full and ends with docker's sizes", () => {
  expect(progressBar(3_002_106, 3_002_106)).toBe(`[${"=".repeat(50)}>]  3.002MB/3.002MB`);
});

test("a half-way bar is half full", () => {
  expect(progressBar(500, 1000)).toBe(`[${"=".repeat(25)}>${" ".repeat(25)}]     500B/1kB`);
});

test("without a total only the amount is told, without anything nothing", () => {
  expect(progressBar(2_500_000, 0)).toBe("   2.5MB");
  expect(progressBar(0, 0)).toBe("");
});

test("more than the total does not break the bar", () => {
  expect(progressBar(3, 2)).toContain(`[${"=".repeat(50)}>]`);
});
