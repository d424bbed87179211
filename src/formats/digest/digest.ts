import { createHash } from "node:crypto";

/** What was wrong with a digest, in the words of docker's digest package. */
export class DigestError extends Error {
  override readonly name = "DigestError";
}

/** "sha256:" and 64 lower-case hex digits: the only form that content here is stored and verified by. */
export type Digest = `sha256:${string}`;

const hexLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** Throws DigestError when `text` is not a digest by an algorithm that docker knows. */
export function checkDigest(text: string): void {
  const match = /^([a-z0-9]+(?:[.+_-][a-z0-9]+)*):([a-zA-Z0-9=_-]+)$/.exec(text);
  if (!match) throw new DigestError("invalid checksum digest format");
  const length = hexLengths[match[1]!];
  if (length === undefined) throw new DigestError("unsupported digest algorithm");
  if (match[2]!.length !== length) throw new DigestError("invalid checksum digest length");
  if (!/^[a-f0-9]+$/.test(match[2]!)) throw new DigestError("invalid checksum digest format");
}

export const isDigest = (text: string): text is Digest => /^sha256:[a-f0-9]{64}$/.test(text);

/** The same text with its type. Throws DigestError for everything that is not a whole sha256 digest. */
export function sha256Digest(text: string): Digest {
  checkDigest(text);
  if (!isDigest(text)) throw new DigestError("unsupported digest algorithm");
  return text;
}

export const digestHex = (digest: string): string => digest.slice(digest.indexOf(":") + 1);

/** The twelve digits that docker prints for an image, a layer or a container. */
export const shortId = (id: string): string => digestHex(id).slice(0, 12);

/** For bytes that are at hand and few. */
export const digestOf = (bytes: Uint8Array): Digest => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
