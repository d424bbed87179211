import { expect, test } from "bun:test";
import { addTotals, closingLine, noTests, totalsOfBunTest } from "./test-totals.ts";

const summary = " 12 pass\n 1 skip\n 2 fail\n 40 expect() calls\nRan 15 tests across 3 files. [1.2s]\n";

test("the closing lines of a run are read", () => {
  expect(totalsOfBunTest(summary, 1)).toEqual({ passed: 12, failed: 2, skipped: 1 });
});

test("a run that dies without a failed test is a failure", () => {
  expect(totalsOfBunTest(" 3 pass\n 0 fail\n", 0)).toEqual({ passed: 3, failed: 0, skipped: 0 });
  expect(totalsOfBunTest(" 3 pass\n 0 fail\n", 139)).toEqual({ passed: 3, failed: 1, skipped: 0 });
});

test("a run without any test is a failure", () => {
  expect(totalsOfBunTest("", 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test("what tests themselves print is not taken for the closing lines", () => {
  expect(totalsOfBunTest(`container printed 99 fail today\n${summary}`, 1).failed).toBe(2);
});

test("the closing line names skipped tests only when there are some", () => {
  expect(closingLine(addTotals(noTests, { passed: 2, failed: 0, skipped: 0 }))).toBe("2 passed, 0 failed");
  expect(closingLine({ passed: 2, failed: 1, skipped: 3 })).toBe("2 passed, 1 failed, 3 skipped");
});
