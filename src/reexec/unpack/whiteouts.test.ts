import { expect, test } from "bun:test";
import { readWhiteout } from "./whiteouts.ts";

test("a whiteout names what it hides", () => {
  expect(readWhiteout("a/.wh.b")).toEqual({ hides: "entry", path: "a/b" });
  expect(readWhiteout(".wh.b")).toEqual({ hides: "entry", path: "b" });
  expect(readWhiteout("a/.wh..wh..opq")).toEqual({ hides: "content", directory: "a" });
  expect(readWhiteout(".wh..wh..opq")).toEqual({ hides: "content", directory: "" });
});

test("aufs's own entries are left out, with all below them", () => {
  expect(readWhiteout(".wh..wh.plnk/12.34")).toBe("ignored");
  expect(readWhiteout(".wh..wh.aufs")).toBe("ignored");
});

test("other names are ordinary", () => {
  for (const path of ["a.wh.b", "a/.whb", ".wh.", ".wh.folder/file"]) expect(readWhiteout(path)).toBeUndefined();
});

test("a whiteout cannot hide the folder that holds it or one above", () => {
  for (const path of ["a/.wh..", "a/.wh...", ".wh.."]) expect(() => readWhiteout(path)).toThrow("whiteout");
});
