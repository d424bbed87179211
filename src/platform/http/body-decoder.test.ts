import { expect, test } from "bun:test";
import { array, assert, nat, property, uint8Array } from "fast-check";
import { BodyDecoder } from "./body-decoder.ts";
import { HeadBuffer } from "./head-buffer.ts";
import { type BodyFraming, HttpSyntaxError } from "./request-head.ts";

/** Feeds pieces; returns what was decoded and what lies behind the body. */
function decode(framing: BodyFraming, pieces: readonly Buffer[]) {
  const decoder = new BodyDecoder(framing);
  const data: Buffer[] = [];
  const behind: Buffer[] = [];
  for (const piece of pieces) {
    const rest = decoder.push(piece, (chunk) => data.push(chunk));
    if (rest) behind.push(rest);
  }
  return { data: Buffer.concat(data), behind: Buffer.concat(behind), done: decoder.isDone };
}

/** Cuts bytes at places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}

test("chunks come out whole however the connection cuts them, and what is behind stays", () => {
  assert(
    property(array(uint8Array({ minLength: 1, maxLength: 40 })), array(nat()), (chunks, places) => {
      const framed = chunks.map((chunk) =>
        Buffer.concat([Buffer.from(`${chunk.length.toString(16)};a="b"\r\n`), chunk, Buffer.from("\r\n")]),
      );
      const wire = Buffer.concat([...framed, Buffer.from("0\r\nTrailer: x\r\n\r\nGET /next")]);
      const { data, behind, done } = decode("chunked", cut(wire, places));
      expect(data).toEqual(Buffer.concat(chunks));
      expect(behind.toString()).toBe("GET /next");
      expect(done).toBe(true);
    }),
  );
});

test("a length takes exactly its bytes", () => {
  expect(decode(3, [Buffer.from("ab"), Buffer.from("cdef")])).toEqual({
    data: Buffer.from("abc"),
    behind: Buffer.from("def"),
    done: true,
  });
  expect(decode(3, [Buffer.from("ab")]).done).toBe(false);
  expect(decode(0, [Buffer.from("ab")]).behind.toString()).toBe("ab");
});

for (const wire of [
  "\r\n",
  "x\r\n",
  "-1\r\n",
  "+1\r\na\r\n",
  "0x1\r\na\r\n",
  "1 1\r\na\r\n",
  "1\na\r\n",
  "1\r\nab\r\n",
  "1\r\na\n0\r\n",
  `${"f".repeat(14)}\r\n`,
  "1".repeat(5000),
])
  test(`the chunks ${JSON.stringify(wire.slice(0, 20))} are refused`, () => {
    expect(() => decode("chunked", [Buffer.from(wire)])).toThrow(HttpSyntaxError);
  });

test("an endless trailer is refused", () => {
  expect(() => decode("chunked", [Buffer.from(`0\r\n${"A: b\r\n".repeat(10_000)}`)])).toThrow("trailer too large");
});

test("a head is found however the connection cuts it", () => {
  assert(
    property(array(nat(), { maxLength: 30 }), (places) => {
      const buffer = new HeadBuffer();
      let found: { head: string; rest: Buffer | undefined } | undefined;
      const behind: Buffer[] = [];
      for (const piece of cut(Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\nbody"), places).filter(
        (b) => b.length > 0,
      )) {
        if (found) behind.push(piece);
        else found = buffer.push(piece);
      }
      expect(found?.head).toBe("GET / HTTP/1.1\r\nHost: x");
      expect(Buffer.concat([found?.rest ?? Buffer.alloc(0), ...behind]).toString()).toBe("body");
      expect(buffer.isPartial).toBe(false);
    }),
  );
});

test("empty lines before a request are ignored", () => {
  expect(new HeadBuffer().push(Buffer.from("\r\n\r\nGET / HTTP/1.0\r\n\r\n"))?.head).toBe("GET / HTTP/1.0");
});

test("a head without an end is refused at 256 KiB", () => {
  const buffer = new HeadBuffer();
  const push = () => {
    for (let i = 0; i < 300; i++) buffer.push(Buffer.alloc(1024, "a"));
  };
  expect(push).toThrow("request header fields too large");
});
