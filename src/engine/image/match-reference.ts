import { familiarName, familiarReference, type Reference } from "#formats/reference/reference.ts";
import { invalidPattern } from "./image-errors.ts";

/**
 * Matches a name against a pattern as docker's `reference` filter does: `*`, `?` and `[a-z]` within one path part, compared
 * with the familiar name both with and without its tag. Throws `image.invalid-pattern`.
 */
export function matchesReference(pattern: string, reference: Reference): boolean {
  const expression = globExpression(pattern);
  return expression.test(familiarReference(reference)) || expression.test(familiarName(reference));
}

/** Go's path.Match. */
function globExpression(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === "*") source += "[^/]*";
    else if (character === "?") source += "[^/]";
    else if (character === "\\") {
      if (++at === pattern.length) throw invalidPattern();
      source += literal(pattern[at]!);
    } else if (character === "[") {
      const { source: range, end } = rangeExpression(pattern, at);
      source += range;
      at = end;
    } else source += literal(character);
  }
  return new RegExp(`^${source}$`, "s");
}

function rangeExpression(pattern: string, start: number): { source: string; end: number } {
  const match = /^\[(\^?)((?:\\.|[^\]\\])+)\]/s.exec(pattern.slice(start));
  if (!match) throw invalidPattern();
  const [whole, negation, content] = match;
  const parts: string[] = [];
  const range = /(\\.|[^\\])(?:-(\\.|[^\\]))?/gsy;
  for (let item = range.exec(content!); item; item = range.exec(content!)) {
    const [text, low, high] = item;
    if (text === "-" || low === "-" || high === undefined) {
      if (low === "-") throw invalidPattern();
      parts.push(literal(unescaped(low!)));
    } else if (unescaped(low!) > unescaped(high)) throw invalidPattern();
    else parts.push(`${literal(unescaped(low!))}-${literal(unescaped(high))}`);
  }
  return { source: `(?!/)[${negation}${parts.join("")}]`, end: start + whole.length - 1 };
}

const unescaped = (text: string): string => (text.length > 1 ? text.slice(1) : text);
const literal = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
