import { expect, test } from "bun:test";
import { attributesOf, NetlinkMessage, splitReplies, textOf } from "./netlink-message.ts";

test("a message tells its length, type, flags and sequence, and pads what it carries", () => {
  const bytes = new NetlinkMessage(16, 0x400, Uint8Array.of(1, 2)).string(3, "lo").encode(7);
  expect(bytes.length).toBe(16 + 4 + 8);
  expect(bytes.readUInt32LE(0)).toBe(bytes.length);
  expect(bytes.readUInt16LE(4)).toBe(16);
  expect(bytes.readUInt16LE(6)).toBe(0x401);
  expect(bytes.readUInt32LE(8)).toBe(7);
  expect([...bytes.subarray(20)]).toEqual([7, 0, 3, 0, 108, 111, 0, 0]);
});

test("what is written into nested attributes is read back", () => {
  const message = new NetlinkMessage(1, 0, new Uint8Array());
  message.nested(18, () => message.string(1, "veth").nested(2, () => message.u32(5, 99).u32be(6, 99)));
  const [reply] = splitReplies(message.encode(1));
  const info = attributesOf(attributesOf(reply!.payload).get(18)!);
  expect(textOf(info.get(1))).toBe("veth");
  const inner = attributesOf(info.get(2)!);
  expect(inner.get(5)!.readUInt32LE()).toBe(99);
  expect(inner.get(6)!.readUInt32BE()).toBe(99);
});

test("a message grows past its first buffer", () => {
  const message = new NetlinkMessage(1, 0, new Uint8Array());
  for (let index = 0; index < 100; index++) message.bytes(index, Buffer.alloc(20, index));
  const attributes = attributesOf(splitReplies(message.encode(1))[0]!.payload);
  expect(attributes.size).toBe(100);
  expect(attributes.get(99)).toEqual(Buffer.alloc(20, 99));
});

test("a datagram of several messages is split, a cut one is left out", () => {
  const one = new NetlinkMessage(1, 0, Uint8Array.of(1)).encode(1);
  const two = new NetlinkMessage(2, 0, Uint8Array.of(2)).encode(2);
  const both = Buffer.concat([one, two]);
  expect(splitReplies(both).map((reply) => reply.type)).toEqual([1, 2]);
  expect(splitReplies(both.subarray(0, both.length - 1)).map((reply) => reply.type)).toEqual([1]);
});

test("broken attributes end the reading", () => {
  expect(attributesOf(Buffer.from([0, 0, 1, 0])).size).toBe(0);
  expect(attributesOf(Buffer.from([200, 0, 1, 0])).size).toBe(0);
});
