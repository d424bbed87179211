import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cliReference } from "./generate-cli-docs.ts";

test("docs/cli.md is what the tables say; if not, run scripts/generate-cli-docs.ts", async () => {
  expect(readFileSync(join(import.meta.dir, "../docs/cli.md"), "utf8")).toBe(await cliReference());
});
