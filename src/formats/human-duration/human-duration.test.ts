import { expect, test } from "bun:test";
import { humanDuration } from "./human-duration.ts";

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

test.each([
  [0, "Less than a second"],
  [0.9, "Less than a second"],
  [1, "1 second"],
  [59.9, "59 seconds"],
  [minute, "About a minute"],
  [2 * minute - 1, "About a minute"],
  [2 * minute, "2 minutes"],
  [hour - 1, "59 minutes"],
  [hour, "About an hour"],
  [hour + 29 * minute, "About an hour"],
  [hour + 30 * minute, "2 hours"],
  [47 * hour, "47 hours"],
  [2 * day, "2 days"],
  [13 * day, "13 days"],
  [14 * day, "2 weeks"],
  [60 * day, "2 months"],
  [730 * day, "2 years"],
] as const)("%p seconds are worded as docker words them", (seconds, words) => {
  expect(humanDuration(seconds)).toBe(words);
});
