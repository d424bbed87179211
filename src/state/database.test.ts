import { afterAll, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Database } from "./database.ts";

const folder = mkdtempSync(join(tmpdir(), "wherry-database-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const insert = "INSERT INTO volumes (name, record) VALUES ($name, '{}')";
const names = (database: Database) =>
  database
    .query<{ name: string }, Record<string, never>>("SELECT name FROM volumes ORDER BY name")
    .all({})
    .map(({ name }) => name);

test("a transaction that throws leaves nothing behind", () => {
  const database = new Database(":memory:");
  database.transaction(() => database.query(insert).run({ name: "kept" }));
  const failing = () =>
    database.transaction(() => {
      database.query(insert).run({ name: "lost" });
      throw new Error("in the middle");
    });
  expect(failing).toThrow("in the middle");
  expect(names(database)).toEqual(["kept"]);
});

test("a committed row is there when the file is opened again, and a newer format is refused", () => {
  const path = join(folder, "wherry.db");
  const first = new Database(path);
  first.query(insert).run({ name: "kept" });
  first.close();
  const second = new Database(path);
  expect(names(second)).toEqual(["kept"]);
  second.query("PRAGMA user_version = 9999").run({});
  second.close();
  expect(() => new Database(path)).toThrow("written by a newer one");
});

test("on a full disk the reserve is given up before a transaction fails", () => {
  const path = join(folder, "full.db");
  const database = new Database(path);
  expect(existsSync(`${path}.reserve`)).toBe(true);
  database.query("PRAGMA max_page_count = 1").get({});
  const grow = () => database.transaction(() => database.query(insert).run({ name: "x".repeat(1 << 20) }));
  expect(grow).toThrow("full");
  expect(existsSync(`${path}.reserve`)).toBe(false);
  database.close();
  expect(existsSync(`${path}.reserve`)).toBe(true);
});

test("nobody but its owner reads the file and its companions, also those of an older version", () => {
  const path = join(folder, "private.db");
  writeFileSync(path, "");
  chmodSync(path, 0o644);
  const database = new Database(path);
  database.query(insert).run({ name: "x" });
  for (const file of [path, `${path}-wal`, `${path}-shm`, `${path}.reserve`])
    expect([file, statSync(file).mode & 0o077]).toEqual([file, 0]);
  database.close();
});
