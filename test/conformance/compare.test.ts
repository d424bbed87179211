import { expect, test } from "bun:test";
import { compareRecordings, subtractDifferences } from "./compare.ts";

const expected = [
  { step: "docker ps", exit: 0, stdout: "a\n" },
  { step: "inspect c", fields: { "State.Status": "exited" } },
];

test("equal recordings have no deviation", () => {
  expect(compareRecordings(expected, structuredClone(expected))).toEqual([]);
});

test("another exit code, another field and a missing step are told with their place", () => {
  const actual = [
    { step: "docker ps", exit: 1, stdout: "a\n" },
    { step: "inspect c", fields: { "State.Status": "dead" } },
  ];
  expect(compareRecordings(expected, actual).map(({ step, part }) => [step, part])).toEqual([
    [0, "exit"],
    [1, "State.Status"],
  ]);
  expect(compareRecordings(expected, [expected[0]!]).map(({ step, part }) => [step, part])).toEqual([[1, "step"]]);
});

test("an allowed difference counts only while it is there, and only as it was written down", () => {
  const actual = [{ ...expected[0]!, stdout: "b\n" }, expected[1]!];
  const allowance = { scenario: "x", step: 0, part: "stdout", ours: "b\n", reason: "better" };
  const deviations = compareRecordings(expected, actual);
  expect(subtractDifferences(deviations, [allowance])).toEqual([]);
  expect(subtractDifferences(deviations, [{ ...allowance, ours: "c\n" }])).toHaveLength(2);
  expect(subtractDifferences([], [allowance])).toHaveLength(1);
});
