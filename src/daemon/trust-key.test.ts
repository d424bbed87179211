import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Logger } from "#base/diagnostics/logger.ts";
import { loadTrustKey, migrateTrustKey } from "./trust-key.ts";

const folder = mkdtempSync(join(tmpdir(), "wherry-key-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a key is made once, as a JWK that only root reads, and keeps its id", () => {
  const path = join(folder, "made", "key.json");
  const { id } = loadTrustKey(path);
  expect(id).toMatch(/^([A-Z2-7]{4}:){11}[A-Z2-7]{4}$/);
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ kty: "EC", crv: "P-256", kid: id });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(loadTrustKey(path).id).toBe(id);
});

test("the id is libtrust's", () => {
  const path = join(folder, "known.json");
  const d = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE";
  const x = "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY";
  const y = "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";
  writeFileSync(path, JSON.stringify({ kty: "EC", crv: "P-256", d, x, y }));
  // Base32 of sha256 over the SubjectPublicKeyInfo of the curve's generator.
  expect(loadTrustKey(path).id).toBe("LTJF:F6YM:5CJS:INX2:7DGN:CBAJ:QG4J:5ZFN:NOP6:TYVC:W7TR:VLFS");
});

test("a file without a key is told by its name", () => {
  const path = join(folder, "broken.json");
  writeFileSync(path, "{}");
  expect(() => loadTrustKey(path)).toThrow(`Error loading key file ${path}: `);
});

test("an old key moves to the new place, but not over one that is there", () => {
  const lines: string[] = [];
  const logger = new Logger({ level: "info", format: "text", coloured: false, write: (line) => lines.push(line) });
  const from = join(folder, "client", "key.json");
  const to = join(folder, "daemon", "key.json");
  mkdirSync(join(folder, "client"));
  const old = loadTrustKey(from).id;
  migrateTrustKey(from, to, logger);
  expect(existsSync(from)).toBe(false);
  expect(loadTrustKey(to).id).toBe(old);
  expect(lines.join("")).toContain(`Migrated key from ${from} to ${to}`);

  loadTrustKey(from);
  migrateTrustKey(from, to, logger);
  expect(existsSync(from)).toBe(true);
  expect(loadTrustKey(to).id).toBe(old);
});
