import { expect, test } from "bun:test";
import { conformanceSuite } from "./conformance.suite.ts";
import { differences } from "./differences.ts";
import { readExpectations } from "./expectations.ts";
import { scenarioFiles } from "./scenario-files.ts";

// Our engine under docker's command line.
conformanceSuite({ differences });

test("every recorded scenario still exists, and every difference has its scenario", () => {
  const names = new Set(Object.values(scenarioFiles).flatMap((scenarios) => scenarios.map(({ name }) => name)));
  const recorded = Object.keys(scenarioFiles).flatMap((file) => Object.keys(readExpectations(file)));
  const explained = differences.map(({ scenario }) => scenario);
  expect([...recorded, ...explained].filter((name) => !names.has(name))).toEqual([]);
});
