import { expect, test } from "bun:test";
import { adjectives, surnames } from "./name-words.ts";
import { randomName } from "./random-name.ts";

test("names are two lower-case words, which are also valid container names", () => {
  for (let i = 0; i < 200; i++) expect(randomName()).toMatch(/^[a-z]+_[a-z]+$/);
});

test("a later attempt adds a number", () => {
  expect(randomName(1)).toMatch(/^[a-z]+_[a-z]+\d$/);
});

test("no word stands twice", () => {
  expect(new Set(adjectives).size).toBe(adjectives.length);
  expect(new Set(surnames).size).toBe(surnames.length);
});
