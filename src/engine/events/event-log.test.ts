import { expect, test } from "bun:test";
import { EventLog } from "./event-log.ts";
import type { EngineEvent } from "./events-service.ts";

const die = (id: string) => ({ type: "container", action: "die", id, attributes: {} }) as const;

test("a listener gets what happens from now on, until it leaves", () => {
  const log = new EventLog();
  const seen: string[] = [];
  log.publish(die("before"));
  const leave = log.subscribe(undefined, ({ id }) => seen.push(id));
  expect(log.listenerCount).toBe(1);
  log.publish(die("during"));
  leave();
  log.publish(die("after"));
  expect(seen).toEqual(["during"]);
});

test("with a start, remembered events at and after it come first", () => {
  let now = 0n;
  const log = new EventLog(() => now);
  for (const moment of [10n, 20n, 30n]) {
    now = moment;
    log.publish(die(`at ${moment}`));
  }
  const seen: string[] = [];
  log.subscribe(20n, ({ id }) => seen.push(id));
  log.publish(die("live"));
  expect(seen).toEqual(["at 20", "at 30", "live"]);
});

test("the last 256 are remembered", () => {
  const log = new EventLog();
  for (let i = 0; i < 300; i++) log.publish(die(String(i)));
  const seen: EngineEvent[] = [];
  log.subscribe(0n, (event) => seen.push(event));
  expect([seen.length, seen[0]!.id, seen.at(-1)!.id]).toEqual([256, "44", "299"]);
});

test("no two events have the same time, even when the clock stands still or goes back", () => {
  const times = [5n, 5n, 3n, 9n];
  const log = new EventLog(() => times.shift()!);
  const seen: bigint[] = [];
  log.subscribe(undefined, ({ timeNano }) => seen.push(timeNano));
  for (let i = 0; i < 4; i++) log.publish(die("x"));
  expect(seen).toEqual([5n, 6n, 7n, 9n]);
});

test("long events take the place of more of the older ones", () => {
  const log = new EventLog();
  for (let i = 0; i < 20; i++) log.publish({ ...die(String(i)), attributes: { label: "x".repeat(1024 * 1024) } });
  const seen: string[] = [];
  log.subscribe(0n, ({ id }) => seen.push(id));
  expect(seen.length).toBeLessThan(8);
  expect(seen.at(-1)).toBe("19");
});
