import { compilePattern, type Pattern, PatternTooLargeError } from "#formats/go-regexp/automaton.ts";
import { familiarName, familiarReference, type Reference } from "#formats/reference/reference.ts";
import { invalidPattern } from "./image-errors.ts";

/**
 * Matches a name against a pattern as docker's `reference` filter does: `*`, `?` and `[a-z]` within one path part, compared
 * with the familiar name both with and without its tag. Throws `image.invalid-pattern`.
 */
export function matchesReference(pattern: string, reference: Reference): boolean {
  const matches = globTest(pattern);
  return matches(familiarReference(reference)) || matches(familiarName(reference));
}

/** Go's path.Match, in time that grows with the lengths only. */
function globTest(pattern: string): (text: string) => boolean {
  const characters = Array.from(pattern);
  const parts: Pattern[] = [{ kind: "start" }];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    if (character === "*") parts.push({ kind: "repeat", part: inOnePart, min: 0, max: Number.POSITIVE_INFINITY });
    else if (character === "?") parts.push(inOnePart);
    else if (character === "[") {
      const { test, end } = rangeTest(characters, at);
      parts.push({ kind: "character", test });
      at = end;
    } else {
      if (character === "\\" && ++at === characters.length) throw invalidPattern();
      const code = codeOf(characters[at]!);
      parts.push({ kind: "character", test: (other) => other === code });
    }
  }
  parts.push({ kind: "end" });
  try {
    return compilePattern({ kind: "sequence", parts });
  } catch (error) {
    if (error instanceof PatternTooLargeError) throw invalidPattern();
    throw error;
  }
}

const codeOf = (character: string): number => character.codePointAt(0)!;
const slash = codeOf("/");
const inOnePart: Pattern = { kind: "character", test: (code) => code !== slash };

/** `[a-c]`, `[^x\\]]`; `end` is the place of the closing bracket. */
function rangeTest(characters: readonly string[], start: number): { test: (code: number) => boolean; end: number } {
  let at = start + 1;
  const negated = characters[at] === "^";
  if (negated) at += 1;
  const limit = () => {
    if (characters[at] === "\\") at += 1;
    else if (characters[at] === "-" || characters[at] === "]") throw invalidPattern();
    const character = characters[at++];
    if (character === undefined) throw invalidPattern();
    return codeOf(character);
  };
  const ranges: (readonly [number, number])[] = [];
  do {
    const low = limit();
    let high = low;
    if (characters[at] === "-") {
      at += 1;
      high = limit();
    }
    if (high < low || at >= characters.length) throw invalidPattern();
    ranges.push([low, high]);
  } while (characters[at] !== "]");
  const isIn = (code: number) => ranges.some(([low, high]) => code >= low && code <= high);
  return { test: (code) => code !== slash && isIn(code) !== negated, end: at };
}
