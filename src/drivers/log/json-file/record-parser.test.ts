import { expect, test } from "bun:test";
import { RecordParser } from "./record-parser.ts";

const record = (stream: string, tag: string, text: string, seconds = 1) =>
  `2026-01-02T03:04:0${seconds}.123456789+00:00 ${stream} ${tag} ${text}\n`;

function parse(text: string, chunkBytes = text.length) {
  const parser = new RecordParser();
  const lines = [];
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    lines.push(...parser.parse(Buffer.concat([parser.rest, bytes.subarray(at, at + chunkBytes)])));
  }
  lines.push(...parser.finish());
  return lines.map(({ stream, time, data }) => [stream, time, Buffer.from(data).toString()]);
}

test("a whole line has its stream, its time in UTC and its newline", () => {
  expect(parse(record("stdout", "F", "hello there") + record("stderr", "F", "", 2))).toEqual([
    [1, "2026-01-02T03:04:01.123456789Z", "hello there\n"],
    [2, "2026-01-02T03:04:02.123456789Z", "\n"],
  ]);
});

test("parts are joined under the time of the first, also when the other stream comes between", () => {
  const text =
    record("stdout", "P", "one ") +
    record("stderr", "F", "oops", 2) +
    record("stdout", "P", "two ", 3) +
    record("stdout", "F", "three", 4);
  expect(parse(text)).toEqual([
    [2, "2026-01-02T03:04:02.123456789Z", "oops\n"],
    [1, "2026-01-02T03:04:01.123456789Z", "one two three\n"],
  ]);
});

test("a line that never ended comes without newline at the end", () => {
  expect(parse(record("stdout", "P", "prompt> "))).toEqual([[1, "2026-01-02T03:04:01.123456789Z", "prompt> "]]);
});

test("a line without end is handed on in pieces", () => {
  const lines = parse(record("stdout", "P", "x".repeat(8192)).repeat(5));
  expect(lines.map(([, , data]) => String(data).length)).toEqual([16384, 16384, 8192]);
});

test("it does not matter where the chunks are cut", () => {
  const text = record("stdout", "P", "äöü") + record("stdout", "F", " + ß") + record("stderr", "F", "last", 5);
  for (const size of [1, 7, 44, 46, 60]) expect(parse(text, size)).toEqual(parse(text));
});

test("a record that a full disk cut off is left out", () => {
  expect(parse(`2026-01-02T03\n${record("stdout", "F", "good")}`)).toEqual([
    [1, "2026-01-02T03:04:01.123456789Z", "good\n"],
  ]);
});
