import { expect, test } from "bun:test";
import type { ProgressMessage } from "#api/types/image.ts";
import { ProgressReporter } from "./progress-reporter.ts";

test("records arrive in order", async () => {
  const got: unknown[] = [];
  const reporter = new ProgressReporter(async ({ status }) => void got.push(status));
  for (const status of ["a", "b", "c"]) reporter.tell({ status });
  await reporter.sent();
  expect(got).toEqual(["a", "b", "c"]);
});

test("a slow client misses counts but no change of state", async () => {
  const got: unknown[] = [];
  const gate = Promise.withResolvers<void>();
  const reporter = new ProgressReporter(async ({ status }) => {
    await gate.promise;
    got.push(status);
  });
  reporter.tell({ status: "state 1" });
  reporter.tellTransient("x", { status: "count" });
  reporter.tell({ status: "state 2" });
  gate.resolve();
  await reporter.sent();
  expect(got).toEqual(["state 1", "state 2"]);
});

test("counts of one line are told only so often, those of another are not hindered", async () => {
  const got: ProgressMessage[] = [];
  const reporter = new ProgressReporter(async (record) => void got.push(record));
  for (const id of ["x", "x", "y"]) {
    reporter.tellTransient(id, { id });
    await reporter.sent();
  }
  expect(got.map(({ id }) => id)).toEqual(["x", "y"]);
});

test("a client that is gone is told of by sent", async () => {
  const reporter = new ProgressReporter(() => Promise.reject(new Error("gone")));
  reporter.tell({ status: "a" });
  expect(await reporter.sent().catch((error: unknown) => error)).toEqual(new Error("gone"));
});
