import { expect, test } from "bun:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { detectCompression } from "./compression.ts";

test("compression is told from the first bytes", () => {
  expect(detectCompression(gzipSync("x"))).toBe("gzip");
  expect(detectCompression(zstdCompressSync("x"))).toBe("zstd");
  expect(detectCompression(Buffer.from("BZh91AY"))).toBe("bzip2");
  expect(detectCompression(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))).toBe("xz");
  expect(detectCompression(Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0, 0]))).toBe("zstd");
});

test("a bare tar, a short and an empty input are not compressed", () => {
  expect(detectCompression(Buffer.from("etc/passwd\0\0"))).toBe("none");
  expect(detectCompression(Buffer.from([0x1f]))).toBe("none");
  expect(detectCompression(new Uint8Array())).toBe("none");
});
