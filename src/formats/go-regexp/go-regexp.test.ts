import { expect, test } from "bun:test";
import { PatternTooLargeError } from "./automaton.ts";
import { ExpressionSyntaxError, goRegexp } from "./go-regexp.ts";

const samples = [
  "",
  "a",
  "ab",
  "abc",
  "/web",
  "web-1",
  "web_10",
  "a\nb",
  "aaa",
  "x.y",
  "[x]",
  "ä",
  "-",
  "]",
  "a{",
  "A1",
];
const expressions = [
  "", "a", "^a", "b$", "^$", "a|b", "^(a|ab)(c|bcd)?$", "(?:web)-\\d+", "a*", "^a+$", "^a{2}$", "a{2,}", "^a{0,2}$",
  "[a-c]+$", "^[^a]", "[\\d_]", "\\w\\W", "\\s", "\\S\\D", "x\\.y", "\\[x\\]", ".", "^.$", "^a.b$", "[-a]$", "[]]", "a{",
  "(^a|b$)", "(a*)*$", "()", "(|a)b", "a??b", "a*?$", "^/?web", "[a\\]]", "[\\n]",
]; // biome-ignore format: a table

for (const expression of expressions)
  test(`${JSON.stringify(expression)} means what it means to JavaScript`, () => {
    // The one difference: in Go a bracket that comes first in a class is itself.
    const own = new RegExp(expression === "[]]" ? "[\\]]" : expression, "");
    const matches = goRegexp(expression);
    for (const text of samples) expect([text, matches(text)]).toEqual([text, own.test(text)]);
  });

test.each([
  "(",
  ")",
  "a)",
  "[",
  "[a",
  "[z-a]",
  "*",
  "a**",
  "+",
  "\\",
  "\\1",
  "(?=a)",
  "(?i)a",
  "a{2}{3}",
  "a{1001}",
  "\\p",
])("%s is no expression", (expression) => {
  expect(() => goRegexp(expression)).toThrow(ExpressionSyntaxError);
});

test("an expression that would grow beyond all bounds is refused at once", () => {
  const started = performance.now();
  for (const large of ["((a{100}){100}){100}", "(((){1000}){1000}){1000}", "(".repeat(5000)])
    expect(() => goRegexp(large)).toThrow();
  expect(() => goRegexp("(a{100}){100}")).toThrow(PatternTooLargeError);
  expect(performance.now() - started).toBeLessThan(500);
});

test.each(["(a|a)*$x", "a*a*a*a*a*a*a*a*a*a*b", "(a|ab|b)*c", `${"a?".repeat(60)}${"a".repeat(60)}b`, "((a*)*)*b"])(
  "%s takes no longer for being hard",
  (expression) => {
    const started = performance.now();
    expect(goRegexp(expression)("a".repeat(300))).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  },
);
