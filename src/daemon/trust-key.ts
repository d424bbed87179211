import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Logger } from "#base/diagnostics/logger.ts";
import { messageOf } from "#base/errors/engine-error.ts";

/** The daemon's key pair: EC P-256, kept as a JWK with libtrust's key id. */
export interface TrustKey {
  /** libtrust's key id, which is the daemon's identity: twelve groups of four letters. */
  readonly id: string;
  readonly key: KeyObject;
}

/** Loads the key at `path`, or makes one. Throws when the file holds no key of the kind. */
export function loadTrustKey(path: string): TrustKey {
  if (existsSync(path)) return parseKey(readFileSync(path, "utf8"), path);
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = keyId(privateKey);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, JSON.stringify({ ...privateKey.export({ format: "jwk" }), kid: id }), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return { id, key: privateKey };
}

function parseKey(text: string, path: string): TrustKey {
  try {
    const key = createPrivateKey({ key: JSON.parse(text) as Record<string, string>, format: "jwk" });
    return { id: keyId(key), key };
  } catch (cause) {
    throw new Error(`Error loading key file ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** libtrust: base32 of the first 30 bytes of the SHA-256 of the public key in DER, in groups of four. */
function keyId(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: "spki", format: "der" });
  const digest = createHash("sha256").update(der).digest().subarray(0, 30);
  return base32(digest).match(/.{4}/g)!.join(":");
}

function base32(bytes: Uint8Array): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
  return bits.replace(/.{5}/g, (five) => alphabet[Number.parseInt(five, 2)]!);
}

/**
 * Moves a key from where older versions kept it (the client's folder) to the daemon's place, when there is none yet and the
 * old one is ours. Throws when it was copied but could not be removed.
 */
export function migrateTrustKey(from: string, to: string, logger: Logger): void {
  if (existsSync(to) || !existsSync(from)) return;
  const old = lstatSync(from);
  if (!old.isFile() || old.uid !== process.getuid?.()) return;
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  writeFileSync(`${to}.new`, readFileSync(from), { mode: 0o600 });
  renameSync(`${to}.new`, to);
  try {
    rmSync(from);
  } catch (cause) {
    logger.warn(`Key migration failed, key file not removed at ${from}`);
    throw cause;
  }
  logger.info(`Migrated key from ${from} to ${to}`);
}
