import { randomInt } from "node:crypto";
import { adjectives, surnames } from "./name-words.ts";

/**
 * A name for a container whose user gave none: "adjective_surname". `attempt` counts earlier tries that met a taken name;
 * from the second on a digit is added, so that a crowded host finds a free one.
 */
export function randomName(attempt = 0): string {
  const name = `${pick(adjectives)}_${pick(surnames)}`;
  return attempt === 0 ? name : `${name}${randomInt(10 ** Math.min(attempt, 9))}`;
}

const pick = (words: readonly string[]): string => words[randomInt(words.length)]!;
