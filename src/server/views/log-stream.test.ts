import { expect, test } from "bun:test";
import { FrameDecoder } from "#formats/stdcopy/stdcopy.ts";
import { encodeLogBatch } from "./log-stream.ts";

const batch = [
  { stream: 1 as const, time: "2026-01-01T00:00:00.000000001Z", data: Buffer.from("out\n") },
  { stream: 2 as const, time: "2026-01-01T00:00:00.000000002Z", data: Buffer.from("err") },
];
const framesOf = (bytes: Uint8Array) => {
  const frames: [number, string][] = [];
  new FrameDecoder().push(bytes, (stream, payload) => frames.push([stream, Buffer.from(payload).toString()]));
  return frames;
};

test("each line is a frame of its stream", () => {
  const bytes = encodeLogBatch(batch, { raw: false, timestamps: false, details: undefined });
  expect(framesOf(bytes)).toEqual([
    [1, "out\n"],
    [2, "err"],
  ]);
});

test("time and details stand before the line, inside the frame", () => {
  const bytes = encodeLogBatch(batch, { raw: false, timestamps: true, details: "a=é" });
  expect(framesOf(bytes)[0]).toEqual([1, "2026-01-01T00:00:00.000000001Z a=é out\n"]);
  const empty = encodeLogBatch(batch, { raw: false, timestamps: false, details: "" });
  expect(framesOf(empty)[1]).toEqual([2, " err"]);
});

test("the log of a terminal has no frames", () => {
  const bytes = encodeLogBatch(batch, { raw: true, timestamps: false, details: undefined });
  expect(Buffer.from(bytes).toString()).toBe("out\nerr");
});
