import { expect, test } from "bun:test";
import { setTimeout as sleep } from "node:timers/promises";
import { EventLog } from "#engine/events/event-log.ts";
import { sendEvents } from "./event-stream.ts";

const large = (id: string) => ({ type: "container", action: "x".repeat(100_000), id, attributes: {} }) as const;

function open(write: (text: string) => Promise<void>) {
  const log = new EventLog();
  const abort = new AbortController();
  const encode = ({ id, action }: { id: string; action: string }) => `${id}:${action}\n`;
  const wishes = { since: undefined, until: undefined, wanted: () => true, encode };
  const ended = sendEvents(log, { ...wishes, write: (chunk) => write(String(chunk)), signal: abort.signal });
  return {
    log,
    abort,
    ended: ended.then(
      () => "ended",
      (error: { code: string }) => error.code,
    ),
  };
}

test("a client that takes nothing is cut off, although its write never ends, and leaves no listener", async () => {
  const { log, ended } = open(() => new Promise(() => {}));
  log.publish(large("first"));
  await sleep(1);
  for (let i = 0; i < 100; i++) log.publish(large(String(i)));
  expect(await Promise.race([ended, sleep(500, "still open")])).toBe("api.events-too-slow");
  expect(log.listenerCount).toBe(0);
});

test("a client that reads gets everything, however much it is", async () => {
  let text = "";
  const { log, abort, ended } = open(async (chunk) => {
    text += chunk;
  });
  for (let i = 0; i < 100; i++) {
    log.publish(large(String(i)));
    await sleep(0);
  }
  log.publish({ ...large("huge"), action: "y".repeat(5_000_000) });
  await sleep(5);
  abort.abort();
  expect(await ended).toBe("ended");
  expect(text.split("\n").map((line) => line.split(":")[0])).toEqual(
    [...Array(100).keys()].map(String).concat("huge", ""),
  );
});

test("what is remembered may be more than what may wait", async () => {
  const log = new EventLog();
  for (let i = 0; i < 70; i++) log.publish(large(String(i)));
  let text = "";
  await sendEvents(log, {
    since: 0n,
    until: 1n,
    wanted: () => true,
    encode: ({ id, action }) => `${id}:${action}\n`,
    write: async (chunk) => {
      text += String(chunk);
    },
    signal: new AbortController().signal,
  });
  expect(text.split("\n").length).toBe(71);
});
