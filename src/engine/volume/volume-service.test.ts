import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataRoot } from "#state/data-root.ts";
import { Database } from "#state/database.ts";
import { EventLog } from "../events/event-log.ts";
import { VolumeService } from "./volume-service.ts";

let folder = "";
let database: Database;
let volumes: VolumeService;

const open = async () => {
  const dataRoot = new DataRoot(join(folder, "lib"), join(folder, "run"));
  const service = new VolumeService({ database, dataRoot, events: new EventLog(), now: () => "2026-01-01T00:00:00Z" });
  await service.open();
  return service;
};
const named = (name: string) => ({ name, driver: "", driverOptions: {}, labels: null });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "volumes-"));
  database = new Database(":memory:");
  volumes = await open();
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

test("a volume is a folder, and is found again after a restart", async () => {
  volumes.create(named("data"));
  expect(existsSync(volumes.mountpoint("data"))).toBe(true);
  expect((await open()).get("data")).toMatchObject({ name: "data", labels: null, anonymous: false });
});

test("a volume that is there is the answer to its creation", () => {
  const first = volumes.create(named("data"));
  expect(volumes.create({ ...named("data"), labels: { a: "b" } })).toBe(first);
});

test.each([
  ["a", "create a: volume name is too short, names should be at least two alphanumeric characters"],
  ["x/y", 'create x/y: "x/y" includes invalid characters for a local volume name'],
  ["..", 'create ..: ".." includes invalid characters for a local volume name'],
])("the name %p is refused", (name, message) => {
  expect(() => volumes.create(named(name))).toThrow(message);
});

test("unknown drivers and options are refused", () => {
  expect(() => volumes.create({ ...named("data"), driver: "nope" })).toThrow('plugin "nope" not found');
  expect(() => volumes.create({ ...named("data"), driverOptions: { type: "nfs" } })).toThrow("not supported");
});

test("a volume without a name gets one and docker's label", () => {
  const { name, labels } = volumes.create(named(""));
  expect(name).toMatch(/^[0-9a-f]{64}$/);
  expect(labels).toEqual({ "com.docker.volume.anonymous": "" });
});

test("removing deletes the data; missing ones are an error unless forced", async () => {
  volumes.create(named("data"));
  await volumes.remove("data", { force: false });
  expect(existsSync(volumes.mountpoint("data"))).toBe(false);
  expect(volumes.remove("data", { force: false })).rejects.toThrow("get data: no such volume");
  await volumes.remove("data", { force: true });
});

test("a removal that a crash cut short is finished by the next start", async () => {
  const record = volumes.create(named("data"));
  volumes.markRemoving(record);
  const next = await open();
  expect(next.list()).toEqual([]);
  expect(existsSync(next.mountpoint("data"))).toBe(false);
});

test("what a creation that was cut short has left goes when it is empty, and is kept when it is not", async () => {
  for (const name of ["empty", "full"]) volumes.prepare(named(name));
  writeFileSync(join(volumes.mountpoint("full"), "data"), "");
  const next = await open();
  expect(next.list().map(({ name }) => name)).toEqual(["full"]);
  expect(existsSync(next.mountpoint("empty"))).toBe(false);
});

test("an empty volume takes over a folder with modes, links and times, and never follows a link", async () => {
  const source = join(folder, "source");
  mkdirSync(join(source, "sub"), { recursive: true });
  chmodSync(source, 0o1777);
  writeFileSync(join(source, "sub/file"), "text");
  chmodSync(join(source, "sub/file"), 0o4750);
  utimesSync(join(source, "sub/file"), 1000, 2000);
  symlinkSync("/etc/passwd", join(source, "link"));
  volumes.create(named("data"));
  await volumes.populate("data", source, "container");
  const target = volumes.mountpoint("data");
  expect(lstatSync(target).mode & 0o7777).toBe(0o1777);
  const facts = lstatSync(join(target, "sub/file"));
  expect([facts.mode & 0o7777, facts.mtimeMs, readFileSync(join(target, "sub/file"), "utf8")]).toEqual([
    0o4750,
    2_000_000,
    "text",
  ]);
  expect(readlinkSync(join(target, "link"))).toBe("/etc/passwd");
});

test("a volume with content, or one that another container names, keeps what it has", async () => {
  const source = join(folder, "source");
  mkdirSync(source);
  writeFileSync(join(source, "new"), "");
  for (const name of ["full", "shared"]) volumes.create(named(name));
  writeFileSync(join(volumes.mountpoint("full"), "old"), "");
  volumes.hold("shared", "other");
  for (const name of ["full", "shared"]) {
    await volumes.populate(name, source, "container");
    expect(existsSync(join(volumes.mountpoint(name), "new"))).toBe(false);
  }
});
