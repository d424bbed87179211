import { expect, test } from "bun:test";
import { assert, property, stringMatching } from "fast-check";
import {
  familiarName,
  familiarReference,
  fullReference,
  isNameOnly,
  parseReference,
  withDefaultTag,
  withDigest,
  withTag,
} from "./reference.ts";

const hex = "0123456789abcdef".repeat(4);

test.each([
  ["busybox", "docker.io/library/busybox", "busybox"],
  ["busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36"],
  ["library/busybox", "docker.io/library/busybox", "busybox"],
  ["docker.io/busybox", "docker.io/library/busybox", "busybox"],
  ["index.docker.io/library/busybox", "docker.io/library/busybox", "busybox"],
  ["team/app", "docker.io/team/app", "team/app"],
  ["docker.io/library/a/b", "docker.io/library/a/b", "library/a/b"],
  ["localhost/app", "localhost/app", "localhost/app"],
  ["localhost:5000/team/app:v1", "localhost:5000/team/app:v1", "localhost:5000/team/app:v1"],
  ["[::1]:5000/app", "[::1]:5000/app", "[::1]:5000/app"],
  ["UPPER/app", "UPPER/app", "UPPER/app"],
  ["a__b--c/e_f.g", "docker.io/a__b--c/e_f.g", "a__b--c/e_f.g"],
  [`x:t@sha256:${hex}`, `docker.io/library/x:t@sha256:${hex}`, `x:t@sha256:${hex}`],
])("%s is %s and is shown as %s", (typed, full, familiar) => {
  const reference = parseReference(typed);
  expect(fullReference(reference)).toBe(full);
  expect(familiarReference(reference)).toBe(familiar);
});

test.each([
  ["", "invalid reference format"],
  [":tag", "invalid reference format"],
  ["a:b:c", "invalid reference format"],
  ["x:a:b/c", "invalid reference format"],
  ["-a", "invalid reference format"],
  ["a//b", "invalid reference format"],
  ["a..b", "invalid reference format"],
  ["a/../b", "invalid reference format"],
  ["a b", "invalid reference format"],
  ["a\n", "invalid reference format"],
  ["x@sha256:abc", "invalid reference format"],
  [`x:${"t".repeat(129)}`, "invalid reference format"],
  ["UPPER", "invalid reference format: repository name (library/UPPER) must be lowercase"],
  ["localhost/App:V", "invalid reference format: repository name (App) must be lowercase"],
  [hex, `invalid repository name (${hex}), cannot specify 64-byte hexadecimal strings`],
  [`x@sha256:${"a".repeat(63)}`, "invalid checksum digest length"],
  [`x@md5:${"a".repeat(32)}`, "unsupported digest algorithm"],
  [`${"a-".repeat(40_000)}.com/x`, "invalid reference format"],
  ["a".repeat(256), "repository name must not be more than 255 characters"],
])("%p is refused: %s", (typed, message) => {
  expect(() => parseReference(typed)).toThrow(message);
});

test("a tag or digest replaces what a reference had", () => {
  const reference = parseReference("busybox:old");
  expect(familiarReference(withTag(reference, "new"))).toBe("busybox:new");
  expect(familiarReference(withDigest(reference, `sha256:${hex}`))).toBe(`busybox@sha256:${hex}`);
  expect(() => withTag(reference, "a:b")).toThrow("invalid tag format");
  expect(() => withTag(reference, "")).toThrow("invalid tag format");
});

test("only a bare name gets the tag latest", () => {
  expect(familiarReference(withDefaultTag(parseReference("a")))).toBe("a:latest");
  expect(familiarReference(withDefaultTag(parseReference("a:b")))).toBe("a:b");
  expect(isNameOnly(parseReference(`a@sha256:${hex}`))).toBe(false);
  expect(familiarName(parseReference("localhost:1/a:b"))).toBe("localhost:1/a");
});

test("what is shown parses back to the same reference, whatever was typed", () => {
  assert(
    property(stringMatching(/^[a-zA-Z0-9._:@/-]{1,40}$/), (typed) => {
      let reference: ReturnType<typeof parseReference>;
      try {
        reference = parseReference(typed);
      } catch {
        return;
      }
      expect(parseReference(familiarReference(reference))).toEqual(reference);
      expect(parseReference(fullReference(reference))).toEqual(reference);
    }),
  );
});
