import { expect, test } from "bun:test";
import { statFileSystem } from "./statfs.ts";

test("a file system has a size that holds what is available", () => {
  const { sizeBytes, availableBytes } = statFileSystem("/");
  expect(sizeBytes).toBeGreaterThan(0);
  expect(availableBytes).toBeLessThanOrEqual(sizeBytes);
});

test("an unknown file system is shown by its magic number", () => {
  expect(statFileSystem("/proc").type).toBe("0x9fa0");
});
