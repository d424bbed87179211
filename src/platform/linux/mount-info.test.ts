import { expect, test } from "bun:test";
import { mountOf, parseMountInfoLine } from "./mount-info.ts";

const line = (target: string, tags = "") =>
  `36 35 98:0 /mnt1 ${target} rw,noatime ${tags}- ext3 /dev/root rw,errors=continue`;

test("a line tells target, type, source and propagation", () => {
  expect(parseMountInfoLine(line("/mnt2", "master:1 shared:7 "))).toEqual({
    target: "/mnt2",
    type: "ext3",
    source: "/dev/root",
    isShared: true,
  });
  expect(parseMountInfoLine(line("/mnt2", "master:1 ")).isShared).toBe(false);
});

test("escaped characters in a target are read", () => {
  expect(parseMountInfoLine(line("/a\\040b\\134c")).target).toBe("/a b\\c");
});

test("a path lies on the deepest mount above it, the last one when there are two", () => {
  const mounts = [line("/"), line("/var/lib"), line("/var/lib", "shared:3 "), line("/var/library")].map(
    parseMountInfoLine,
  );
  expect(mountOf("/var/lib/wherry", mounts)).toBe(mounts[2]);
  expect(mountOf("/var/lib", mounts)).toBe(mounts[2]);
  expect(mountOf("/var/libx", mounts)).toBe(mounts[0]);
});
