import { expect, test } from "bun:test";
import { explainJsonError } from "./explain-json-error.ts";

const cases: [string, string][] = [
  ['{"a":', "unexpected EOF"],
  ['{"a":x}', "invalid character 'x' looking for beginning of value"],
  ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ["[1 2]", "invalid character '2' after array element"],
  ["[1,]", "invalid character ']' looking for beginning of value"],
  ["nul!", "invalid character '!' in literal null (expecting 'l')"],
  ['"a\\x"', "invalid character 'x' in string escape code"],
  ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ["-x", "invalid character 'x' in numeric literal"],
  ["1.x", "invalid character 'x' after decimal point in numeric literal"],
  ["1ex", "invalid character 'x' in exponent of numeric literal"],
  ["[".repeat(20_000), "exceeded max depth"],
];

for (const [text, message] of cases)
  test(`${text.slice(0, 20)} is refused with: ${message}`, () => {
    expect(explainJsonError(text)).toEqual({ kind: "syntax", message });
  });

test("an empty text and content behind a value are told apart from bad syntax", () => {
  expect(explainJsonError(" \n")).toEqual({ kind: "empty" });
  expect(explainJsonError('{"a":1} x')).toEqual({ kind: "trailing" });
  expect(explainJsonError("01")).toEqual({ kind: "trailing" });
});

test("what JSON.parse takes has no fault", () => {
  for (const value of [null, true, -1.5e-7, 'a"\\\u0001é', [], {}, [1, [2, { a: [] }]], { "": { b: false } }])
    expect(explainJsonError(JSON.stringify(value))).toBeUndefined();
});
