import { expect, test } from "bun:test";
import { booleanFilter, parseFilters } from "./filters.ts";

const accepted = ["status", "dangling", "label"];

test("the map form and the older list form mean the same", () => {
  const expected = new Map([["status", ["running", "paused"]]]);
  expect(parseFilters('{"status":{"running":true,"paused":true}}', accepted)).toEqual(expected);
  expect(parseFilters('{"status":["running","paused"]}', accepted)).toEqual(expected);
});

test("no filters are no filters", () => {
  for (const text of [undefined, "", "{}", "null"]) expect(parseFilters(text, accepted).size).toBe(0);
});

test("an unknown key is named in the error", () => {
  expect(() => parseFilters('{"colour":["red"]}', accepted)).toThrow("invalid filter 'colour'");
});

test("what is not an object of strings is refused", () => {
  for (const text of ["{", "[]", '"status"', '{"status":"running"}', '{"status":[1]}', '{"status":{"running":1}}'])
    expect(() => parseFilters(text, accepted)).toThrow(/^invalid filter$/);
});

test("a boolean filter takes one meaning, in four spellings", () => {
  const dangling = (...values: string[]) => booleanFilter(new Map([["dangling", values]]), "dangling");
  expect(dangling("1", "true")).toBe(true);
  expect(dangling("0")).toBe(false);
  expect(booleanFilter(new Map(), "dangling")).toBeUndefined();
  expect(() => dangling("true", "false")).toThrow("invalid filter 'dangling=[true false]'");
  expect(() => dangling("maybe")).toThrow("invalid filter 'dangling=[maybe]'");
});
