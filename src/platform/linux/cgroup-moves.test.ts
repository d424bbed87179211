import { afterEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CgroupLayout } from "./cgroup-layout.ts";
import { CgroupMoves } from "./cgroup-moves.ts";

const target = mkdtempSync(join(tmpdir(), "wherry-moves-"));
const layout: CgroupLayout = { mode: "unified", hierarchies: [{ version: 2, target, controllers: [] }] };
const group = (name: string) => join(target, name, "cgroup.procs");

function makeGroup(name: string): void {
  mkdirSync(join(target, name), { recursive: true });
  writeFileSync(group(name), "");
}

afterEach(() => rmSync(target, { recursive: true, force: true }));

test("this process is moved to the group where it is", async () => {
  makeGroup("own");
  await new CgroupMoves(layout, () => "/own").prepare();
  expect(readFileSync(group("own"), "utf8")).toBe(String(process.pid));
});

test("one wait serves all who ask while it lasts, and the next to ask gets a new one", async () => {
  makeGroup("own");
  let moves = 0;
  const counted = new CgroupMoves(layout, () => {
    moves += 1;
    return "/own";
  });
  await Promise.all([counted.prepare(), counted.prepare()]);
  expect(moves).toBe(1);
  await counted.prepare();
  expect(moves).toBe(2);
});

test("a group that is not there is not made, and one outside the namespace not looked for", async () => {
  makeGroup("above");
  await new CgroupMoves(layout, () => "/missing").prepare();
  await new CgroupMoves(layout, () => "/../above").prepare();
  await new CgroupMoves({ mode: "none", hierarchies: [] }, () => "/above").prepare();
  expect(existsSync(join(target, "missing"))).toBe(false);
  expect(readFileSync(group("above"), "utf8")).toBe("");
});

test("no group at all, or one that cannot be found out, is nobody's trouble", async () => {
  await new CgroupMoves(layout, () => undefined).prepare();
  const failing = new CgroupMoves(layout, () => {
    throw new Error("no /proc here");
  });
  expect(await failing.prepare()).toBeUndefined();
});
