export type Compression = "none" | "gzip" | "zstd" | "bzip2" | "xz";

const magics: readonly (readonly [Compression, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b, 0x08]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
];

/** So many bytes from the start are enough to tell. */
export const magicLength = 6;

/**
 * How an archive is compressed, by its first bytes: what a registry or a user says about it is not to be relied on. zstd's
 * skippable frames (0x184D2A50 to 5F, first byte varies) count too.
 */
export function detectCompression(start: Uint8Array): Compression {
  const found = magics.find(([, magic]) => magic.every((byte, i) => start[i] === byte));
  if (found) return found[0];
  const isSkippable = (start[0]! & 0xf0) === 0x50 && start[1] === 0x2a && start[2] === 0x4d && start[3] === 0x18;
  return isSkippable ? "zstd" : "none";
}
