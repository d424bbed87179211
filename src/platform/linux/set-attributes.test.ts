import { afterAll, expect, test } from "bun:test";
import { lstatSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  makeDirectory,
  makeHardLink,
  makeNode,
  makeSymbolicLink,
  removeDirectory,
  rename,
  unlink,
} from "./make-entry.ts";
import { changeMode, setTimes } from "./set-attributes.ts";

const folder = mkdtempSync(join(tmpdir(), "wherry-attributes-"));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

test("times keep their nanoseconds, also before 1970", () => {
  writeFileSync(at("file"), "");
  setTimes(at("file"), { seconds: 5, nanoseconds: 1 }, { seconds: -6, nanoseconds: 500_000_001 });
  const { atimeNs, mtimeNs } = lstatSync(at("file"), { bigint: true });
  expect(atimeNs).toBe(5_000_000_001n);
  expect(mtimeNs).toBe(-5_499_999_999n);
});

test("a symbolic link gets a time of its own", () => {
  makeSymbolicLink("nowhere", at("dangling"));
  setTimes(at("dangling"), { seconds: 7, nanoseconds: 0 }, { seconds: 7, nanoseconds: 0 });
  expect(lstatSync(at("dangling")).mtimeMs).toBe(7000);
  expect(readlinkSync(at("dangling"))).toBe("nowhere");
});

test("a hard link to a symbolic link links the link itself", () => {
  makeHardLink(at("dangling"), at("second"));
  expect(lstatSync(at("second")).ino).toBe(lstatSync(at("dangling")).ino);
});

test("a FIFO and a folder get their modes", () => {
  makeNode(at("fifo"), { type: "fifo", mode: 0o600 });
  expect(lstatSync(at("fifo")).isFIFO()).toBe(true);
  makeDirectory(at("folder"), 0o700);
  changeMode(at("folder"), 0o1711);
  expect(lstatSync(at("folder")).mode & 0o7777).toBe(0o1711);
});

test("a rename that must not replace is refused when the target is there", () => {
  writeFileSync(at("from"), "");
  writeFileSync(at("to"), "");
  expect(() => rename(at("from"), at("to"), { replace: false })).toThrow("EEXIST");
  rename(at("from"), at("to"));
});

test("files and folders are removed by different calls", () => {
  expect(() => unlink(at("folder"))).toThrow("EISDIR");
  removeDirectory(at("folder"));
  unlink(at("fifo"));
});
