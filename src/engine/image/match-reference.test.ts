import { expect, test } from "bun:test";
import { parseReference } from "#formats/reference/reference.ts";
import { matchesReference } from "./match-reference.ts";

test.each<[string, string, boolean]>([
  ["busybox", "busybox:1", true],
  ["busybox:1", "busybox:1", true],
  ["busybox:2", "busybox:1", false],
  ["busy*", "busybox:1", true],
  ["*", "busybox:1", true],
  ["*", "team/app:1", false],
  ["*/app", "team/app:1", true],
  ["busybo?", "busybox:1", true],
  ["[a-c]usybox", "busybox:1", true],
  ["[^a-c]usybox", "busybox:1", false],
  ["[x\\]b]usybox", "busybox:1", true],
  ["busybo\\x", "busybox:1", true],
  ["busybox.", "busybox:1", false],
  ["docker.io/library/busybox", "busybox:1", false],
])("%s and %s: %p", (pattern, name, matches) => {
  expect(matchesReference(pattern, parseReference(name))).toBe(matches);
});

test.each(["[", "[a", "[]", "[z-a]", "a\\", "[-a]"])("%s is no pattern", (pattern) => {
  expect(() => matchesReference(pattern, parseReference("a"))).toThrow("syntax error in pattern");
});

test("a client's pattern cannot keep the daemon busy", () => {
  const started = performance.now();
  const pattern = `${"a*".repeat(300)}x`;
  expect(matchesReference(pattern, parseReference("a".repeat(200)))).toBe(false);
  expect(performance.now() - started).toBeLessThan(1000);
});
