import { describe, expect, test } from "bun:test";
import { commands } from "./index.ts";

describe("the list of commands agrees with each command", () => {
  test.each(commands.map((entry) => [entry.path, entry] as const))("%s", async (path, entry) => {
    const command = await entry.load();
    expect({ path: command.path, aliases: command.aliases ?? [] }).toEqual({ path, aliases: entry.aliases });
  });
});

test("no spelling leads to two commands", () => {
  const spellings = commands.flatMap(({ path, aliases }) => [path, ...aliases]);
  expect(spellings.length).toBe(new Set(spellings).size);
});

test("no command has two flags of one letter", async () => {
  for (const entry of commands) {
    const letters = Object.values((await entry.load()).flags).flatMap(({ short }) => (short ? [short] : []));
    expect([entry.path, ...letters]).toEqual([entry.path, ...new Set(letters)]);
  }
});
