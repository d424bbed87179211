import { expect, test } from "bun:test";
import { checkDigest, digestHex, digestOf, isDigest, sha256Digest, shortId } from "./digest.ts";

const hex = "ab".repeat(32);

test("a whole sha256 digest is one, anything shorter, longer or in capitals is not", () => {
  expect(isDigest(`sha256:${hex}`)).toBe(true);
  for (const wrong of [hex, `sha256:${hex}0`, `sha256:${hex.slice(1)}`, `sha256:${hex.toUpperCase()}`, `sha512:${hex}`])
    expect(isDigest(wrong)).toBe(false);
});

test("a wrong digest is refused with docker's reason", () => {
  expect(() => checkDigest("nonsense")).toThrow("invalid checksum digest format");
  expect(() => checkDigest("sha256:abc")).toThrow("invalid checksum digest length");
  expect(() => checkDigest(`sha256:${"G".repeat(64)}`)).toThrow("invalid checksum digest format");
  expect(() => checkDigest(`md5:${"a".repeat(32)}`)).toThrow("unsupported digest algorithm");
  expect(() => checkDigest(`sha512:${"a".repeat(128)}`)).not.toThrow();
});

test("content by another algorithm than sha256 cannot be stored", () => {
  expect(() => sha256Digest(`sha512:${"a".repeat(128)}`)).toThrow("unsupported digest algorithm");
  expect(sha256Digest(`sha256:${hex}`)).toBe(`sha256:${hex}`);
});

test("ids are shortened with and without their algorithm", () => {
  expect(shortId(`sha256:${hex}`)).toBe("abababababab");
  expect(shortId(hex)).toBe("abababababab");
  expect(digestHex(`sha256:${hex}`)).toBe(hex);
});

test("the digest of no bytes is the well-known one", () => {
  expect(digestOf(new Uint8Array())).toBe("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});
