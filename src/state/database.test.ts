import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
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
