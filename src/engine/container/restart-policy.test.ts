import { expect, test } from "bun:test";
import { nextBackoff, restartsAfter, restartsAtBoot } from "./restart-policy.ts";

const ended = { exitCode: 1, ranMilliseconds: 5, stoppedByUser: false, failures: 1 };

test("always and unless-stopped restart whatever the exit code, but not what the user stopped", () => {
  for (const Name of ["always", "unless-stopped"]) {
    expect(restartsAfter({ Name }, { ...ended, exitCode: 0 })).toBe(true);
    expect(restartsAfter({ Name }, { ...ended, stoppedByUser: true })).toBe(false);
  }
  expect(restartsAfter({ Name: "no" }, ended)).toBe(false);
  expect(restartsAfter(undefined, ended)).toBe(false);
});

test("on-failure restarts failures, as many in a row as it says", () => {
  const policy = { Name: "on-failure", MaximumRetryCount: 2 };
  expect([1, 2, 3].map((failures) => restartsAfter(policy, { ...ended, failures }))).toEqual([true, true, false]);
  expect(restartsAfter(policy, { ...ended, exitCode: 0 })).toBe(false);
  expect(restartsAfter({ Name: "on-failure" }, { ...ended, failures: 1000 })).toBe(true);
});

test("a daemon that comes up starts `always` even when the user had stopped it", () => {
  const stopped = { exitCode: 0, stoppedByUser: true, restartCount: 0 };
  expect(restartsAtBoot({ Name: "always" }, stopped)).toBe(true);
  expect(restartsAtBoot({ Name: "unless-stopped" }, stopped)).toBe(false);
  expect(restartsAtBoot({ Name: "unless-stopped" }, { ...stopped, stoppedByUser: false })).toBe(true);
});

test("the waits double up to a minute and begin anew after a run of ten seconds", () => {
  expect(nextBackoff(0, 5)).toBe(100);
  expect(nextBackoff(100, 5)).toBe(200);
  expect(nextBackoff(51_200, 5)).toBe(60_000);
  expect(nextBackoff(51_200, 10_000)).toBe(100);
});
