// Needs root: packs devices and foreign owners from below a folder of its own.
import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tarEntries } from "#formats/tar/tar-entries.ts";
import { makeNode } from "#platform/linux/make-entry.ts";
import { setXattr } from "#platform/linux/xattr.ts";
import type { PackOrder } from "#reexec/pack/pack-child.ts";
import { PackClient, type PackError } from "#reexec/pack-client.ts";
import { UnpackClient } from "#reexec/unpack-client.ts";
import { makeFullTree } from "../support/full-tree.ts";
import { treeSnapshot } from "../support/tree-snapshot.ts";

const command = [process.execPath, join(import.meta.dir, "../support/reexec-entry.ts")];
const client = new PackClient(command);
const base = mkdtempSync(join(tmpdir(), "wherry-pack-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let folders = 0;
function makeFolder(): string {
  const folder = join(base, `folder${++folders}`);
  mkdirSync(folder);
  return folder;
}

const whole = (root: string): PackOrder => ({ root, path: "", name: "", convertWhiteouts: false });

async function namesOf(order: PackOrder): Promise<string[]> {
  const names: string[] = [];
  for await (const { entry } of tarEntries(client.pack(order))) names.push(`${entry.type} ${entry.path}`);
  return names;
}

test("a packed and unpacked tree is the same, attributes and all", async () => {
  const [source, copy] = [makeFolder(), makeFolder()];
  makeFullTree(source);
  const signal = new AbortController().signal;
  const unpacking = new UnpackClient(command).unpack({ root: copy, whiteouts: "plain", compression: "none", signal });
  for await (const chunk of client.pack(whole(source))) await unpacking.write(chunk);
  unpacking.end();
  await unpacking.done;
  expect(treeSnapshot(copy).slice(1)).toEqual(treeSnapshot(source).slice(1));
});

test("an overlay's upper folder is packed as a layer", async () => {
  const upper = makeFolder();
  for (const name of ["a", "b"]) mkdirSync(join(upper, name));
  makeNode(join(upper, "a/gone"), { type: "characterDevice", mode: 0 });
  setXattr(join(upper, "b"), "trusted.overlay.opaque", Buffer.from("y"));
  writeFileSync(join(upper, "b/new"), "");
  const names = ["directory a/", "file a/.wh.gone", "directory b/", "file b/.wh..wh..opq", "file b/new"];
  expect(await namesOf({ ...whole(upper), convertWhiteouts: true })).toEqual(names);
});

test("one path is packed under the wanted name", async () => {
  const root = makeFolder();
  mkdirSync(join(root, "etc/app"), { recursive: true });
  writeFileSync(join(root, "etc/app/conf"), "");
  expect(await namesOf({ ...whole(root), path: "/etc/app", name: "renamed" })).toEqual([
    "directory renamed/",
    "file renamed/conf",
  ]);
});

test("a link in the path leads nowhere outside the root", async () => {
  const root = makeFolder();
  symlinkSync("/etc", join(root, "out"));
  const failure = await namesOf({ ...whole(root), path: "out/passwd", name: "passwd" }).catch(
    (error: PackError) => error,
  );
  expect(failure).toMatchObject({ name: "PackError", code: "ENOENT" });
  expect(await namesOf({ ...whole(root), path: "out", name: "out" })).toEqual(["symlink out"]);
});

test("sockets are left out", async () => {
  const root = makeFolder();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(root, "socket"), resolve));
  expect(await namesOf(whole(root))).toEqual([]);
  server.close();
});

test("a reader that stops ends the child", async () => {
  const root = makeFolder();
  writeFileSync(join(root, "big"), Buffer.alloc(16 << 20));
  for await (const chunk of client.pack(whole(root))) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
  const abort = new AbortController();
  const reading = (async () => {
    for await (const _chunk of client.pack(whole(root), abort.signal)) abort.abort(new Error("stopped"));
  })();
  expect(await reading.catch((error: Error) => error.message)).toBe("stopped");
});
