import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryLock } from "./flock.ts";
import { closeFile, openFile, openFlags } from "./open.ts";

test("a lock has one holder and is free again when that one closes the file", () => {
  const path = join(tmpdir(), `wherry-flock-${process.pid}`);
  const open = () => openFile({ path, flags: openFlags.readWrite | openFlags.create, mode: 0o600 });
  const [first, second] = [open(), open()];
  try {
    expect(tryLock(first)).toBe(true);
    expect(tryLock(second)).toBe(false);
    closeFile(first);
    expect(tryLock(second)).toBe(true);
  } finally {
    closeFile(second);
    rmSync(path);
  }
});
