import { expect, test } from "bun:test";
import { OutputQueue } from "./output-queue.ts";

function queue() {
  const calls: string[] = [];
  const made = new OutputQueue({ pause: () => calls.push("pause"), resume: () => calls.push("resume") });
  const seen: string[] = [];
  const listen = () => {
    made.onOutput((stream, chunk) => seen.push(`${stream}:${Buffer.from(chunk).toString()}`));
    made.onEnd(() => seen.push("end"));
  };
  return { made, calls, seen, listen };
}
const half = Buffer.alloc(512 * 1024);

test("output that comes before its listener is kept, and the end comes last", () => {
  const { made, seen, listen } = queue();
  made.push(1, Buffer.from("a"));
  made.push(2, Buffer.from("b"));
  made.end();
  listen();
  expect(seen).toEqual(["1:a", "2:b", "end"]);
});

test("a pause holds output and the end back, in order", () => {
  const { made, seen, listen } = queue();
  listen();
  made.pause();
  made.push(1, Buffer.from("a"));
  made.end();
  expect(seen).toEqual([]);
  made.resume();
  expect(seen).toEqual(["1:a", "end"]);
});

test("past the bound the source waits until the client goes on", () => {
  const { made, calls, listen } = queue();
  listen();
  made.pause();
  made.push(1, half);
  expect(calls).toEqual([]);
  made.push(1, half);
  made.push(1, half);
  expect(calls).toEqual(["pause"]);
  made.resume();
  expect(calls).toEqual(["pause", "resume"]);
});

test("a listener that pauses in the middle gets the rest later", () => {
  const { made, seen } = queue();
  for (const text of ["a", "b", "c"]) made.push(1, Buffer.from(text));
  made.onOutput((_, chunk) => {
    seen.push(Buffer.from(chunk).toString());
    if (seen.length === 1) made.pause();
  });
  expect(seen).toEqual(["a"]);
  made.resume();
  expect(seen).toEqual(["a", "b", "c"]);
});

test("when the process has ended nothing waits any more, and a client that has gone gets nothing", () => {
  const lifted = queue();
  lifted.listen();
  lifted.made.pause();
  lifted.made.push(1, half);
  lifted.made.push(1, half);
  lifted.made.lift();
  lifted.made.push(1, half);
  lifted.made.push(1, half);
  expect(lifted.calls).toEqual(["pause", "resume"]);
  const gone = queue();
  gone.listen();
  gone.made.discard();
  gone.made.push(1, half);
  gone.made.end();
  expect(gone.seen).toEqual([]);
});
