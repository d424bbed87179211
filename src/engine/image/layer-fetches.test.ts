import { expect, test } from "bun:test";
import { LayerFetches, type LayerProgress } from "./layer-fetches.ts";

const ignore = () => {};
const forever = new AbortController().signal;

test("two that want the same layer share one fetch, and both hear of it", async () => {
  const fetches = new LayerFetches();
  const gate = Promise.withResolvers<void>();
  let started = 0;
  const fetch = async (tell: (progress: LayerProgress) => void) => {
    started++;
    tell({ status: "Waiting" });
    await gate.promise;
    tell({ status: "Pull complete" });
  };
  const heard: string[] = [];
  const first = fetches.join("x", fetch, ({ status }) => heard.push(`first ${status}`), forever);
  await Promise.resolve();
  await Promise.resolve();
  const second = fetches.join("x", fetch, ({ status }) => heard.push(`second ${status}`), forever);
  gate.resolve();
  await Promise.all([first, second]);
  expect(started).toBe(1);
  expect(heard).toEqual(["first Waiting", "second Waiting", "first Pull complete", "second Pull complete"]);
});

test("the fetch is aborted when the last one gives up, and not before", async () => {
  const fetches = new LayerFetches();
  const [one, two] = [new AbortController(), new AbortController()];
  let isAborted = false;
  const fetch = (_: unknown, signal: AbortSignal) =>
    new Promise<void>((_, reject) => {
      signal.addEventListener("abort", () => {
        isAborted = true;
        reject(signal.reason);
      });
    });
  const first = fetches.join("x", fetch, ignore, one.signal).catch((reason: unknown) => reason);
  const second = fetches.join("x", fetch, ignore, two.signal).catch((reason: unknown) => reason);
  one.abort(new Error("one gone"));
  expect(await first).toEqual(new Error("one gone"));
  expect(isAborted).toBe(false);
  two.abort(new Error("two gone"));
  expect(await second).toEqual(new Error("two gone"));
  expect(isAborted).toBe(true);
});

test("who comes after a failure starts anew", async () => {
  const fetches = new LayerFetches();
  const failure = await fetches
    .join("x", () => Promise.reject(new Error("bad luck")), ignore, forever)
    .catch((error: unknown) => error);
  expect(failure).toEqual(new Error("bad luck"));
  let isDone = false;
  await fetches.join("x", async () => void (isDone = true), ignore, forever);
  expect(isDone).toBe(true);
});

test("finished waits for a fetch on its way, and not for one that is not", async () => {
  const fetches = new LayerFetches();
  await fetches.finished("x");
  const gate = Promise.withResolvers<void>();
  const join = fetches.join("x", () => gate.promise, ignore, forever);
  let isFinished = false;
  const finished = fetches.finished("x").then(() => (isFinished = true));
  await Promise.resolve();
  expect(isFinished).toBe(false);
  gate.resolve();
  await Promise.all([join, finished]);
});

test("downloads of one digest come one after the other", async () => {
  const fetches = new LayerFetches();
  const digest = `sha256:${"a".repeat(64)}` as const;
  let running = 0;
  let most = 0;
  const download = async () => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
  };
  await Promise.all([1, 2, 3].map(() => fetches.once(digest, download)));
  expect(most).toBe(1);
});
