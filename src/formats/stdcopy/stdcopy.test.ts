import { expect, test } from "bun:test";
import { encodeFrame, FrameDecoder } from "./stdcopy.ts";

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

test("a frame is stream, three zeros, big-endian length, payload", () => {
  expect([...encodeFrame(2, Buffer.from("hey"))]).toEqual([2, 0, 0, 0, 0, 0, 0, 3, 104, 101, 121]);
});

test("frames come out whole however the bytes are cut", () => {
  const bytes = Buffer.concat([
    encodeFrame(1, Buffer.from("out")),
    encodeFrame(2, Buffer.from("")),
    encodeFrame(1, Buffer.from("more")),
  ]);
  for (let size = 1; size <= bytes.length; size++) {
    const frames: [number, string][] = [];
    const decoder = new FrameDecoder();
    for (let at = 0; at < bytes.length; at += size)
      decoder.push(bytes.subarray(at, at + size), (stream, payload) => frames.push([stream, text(payload)]));
    expect(frames).toEqual([
      [1, "out"],
      [2, ""],
      [1, "more"],
    ]);
    expect(decoder.pendingBytes).toBe(0);
  }
});

test("bytes that are no frame are refused", () => {
  expect(() => new FrameDecoder().push(Buffer.from("plain text"), () => {})).toThrow(RangeError);
});
