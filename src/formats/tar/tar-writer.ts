import { blockSize, checksumOf, fields, typeFlagOffset } from "./header-block.ts";
import { formatPaxRecords, formatPaxTime, type PaxRecord } from "./pax-records.ts";
import { type TarEntry, type TarType, tarEntry } from "./tar-entry.ts";
import { encodeName } from "./tar-name.ts";
import { largestOctal, writeOctal } from "./tar-number.ts";

const flagsByType = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  "character-device": "3",
  "block-device": "4",
  directory: "5",
  fifo: "6",
} as const satisfies Record<TarType, string>;

/** Stands behind the last entry. */
export const endOfArchive: Uint8Array = Buffer.alloc(2 * blockSize);

/**
 * The blocks in front of an entry's content: a ustar header and, only where that cannot say it, a PAX header before it.
 * A file's content of exactly `sizeBytes` follows, then `tarPadding(sizeBytes)`.
 */
export function encodeTarHeader(entry: TarEntry): Buffer {
  const path = encodeName(entry.path);
  const linkTarget = encodeName(entry.linkTarget);
  const userName = Buffer.from(entry.userName);
  const groupName = Buffer.from(entry.groupName);
  const split = splitPath(path);
  const records: PaxRecord[] = [];
  const add = (keyword: string, value: Buffer | string) => records.push([keyword, Buffer.from(value)]);
  const { seconds, nanoseconds } = entry.modified;

  if (!split) add("path", path);
  if (linkTarget.length > fields.linkName[1] || !isAscii(linkTarget)) add("linkpath", linkTarget);
  if (entry.sizeBytes > largestOctal(fields.size[1])) add("size", String(entry.sizeBytes));
  if (entry.uid > largestOctal(fields.uid[1])) add("uid", String(entry.uid));
  if (entry.gid > largestOctal(fields.gid[1])) add("gid", String(entry.gid));
  if (userName.length > fields.userName[1] || !isAscii(userName)) add("uname", userName);
  if (groupName.length > fields.groupName[1] || !isAscii(groupName)) add("gname", groupName);
  if (nanoseconds !== 0 || seconds < 0 || seconds > largestOctal(fields.mtime[1]))
    add("mtime", formatPaxTime(entry.modified));
  for (const [name, value] of [...entry.xattrs].sort(([a], [b]) => (a < b ? -1 : 1)))
    records.push([`SCHILY.xattr.${name}`, Buffer.from(value.buffer, value.byteOffset, value.byteLength)]);

  const header = headerBlock(entry, { path, split, linkTarget, userName, groupName });
  return records.length === 0 ? header : Buffer.concat([paxHeader(path, records), header]);
}

/** Zeros that fill a file's content up to whole blocks. */
export function tarPadding(sizeBytes: number): Uint8Array {
  return endOfArchive.subarray(0, (blockSize - (sizeBytes % blockSize)) % blockSize);
}

/** A whole small archive in memory. An entry with content gets its size from it. */
export function packTar(
  entries: Iterable<Pick<TarEntry, "path" | "type"> & Partial<TarEntry> & { readonly content?: Uint8Array | string }>,
): Buffer {
  const parts: Uint8Array[] = [];
  for (const { content = "", ...facts } of entries) {
    const bytes = Buffer.from(content);
    parts.push(encodeTarHeader(tarEntry({ ...facts, sizeBytes: bytes.length })), bytes, tarPadding(bytes.length));
  }
  return Buffer.concat([...parts, endOfArchive]);
}

interface EncodedNames {
  readonly path: Buffer;
  readonly split: { readonly prefix: Buffer; readonly name: Buffer } | undefined;
  readonly linkTarget: Buffer;
  readonly userName: Buffer;
  readonly groupName: Buffer;
}

function headerBlock(entry: TarEntry, names: EncodedNames): Buffer {
  const block = Buffer.alloc(blockSize);
  const bytes = (value: Buffer, [offset, length]: readonly [number, number]) => value.copy(block, offset, 0, length);
  const octal = (value: number, [offset, length]: readonly [number, number]) =>
    writeOctal(block, value < 0 || value > largestOctal(length) ? 0 : value, offset, length);
  bytes(names.split?.name ?? names.path, fields.name);
  octal(entry.mode & 0o7777, fields.mode);
  octal(entry.uid, fields.uid);
  octal(entry.gid, fields.gid);
  octal(entry.sizeBytes, fields.size);
  octal(entry.modified.seconds, fields.mtime);
  block.write(flagsByType[entry.type], typeFlagOffset, 1, "latin1");
  bytes(names.linkTarget, fields.linkName);
  bytes(names.userName, fields.userName);
  bytes(names.groupName, fields.groupName);
  octal(entry.deviceMajor, fields.deviceMajor);
  octal(entry.deviceMinor, fields.deviceMinor);
  if (names.split) bytes(names.split.prefix, fields.prefix);
  return sealed(block);
}

/** Writes the magic and then the checksum, which covers it. */
function sealed(block: Buffer): Buffer {
  block.write("ustar\x0000", fields.magic[0], fields.magic[1], "latin1");
  const checksum = checksumOf(block).unsigned.toString(8).padStart(6, "0");
  block.write(`${checksum}\0 `, fields.checksum[0], fields.checksum[1], "latin1");
  return block;
}

function paxHeader(path: Buffer, records: readonly PaxRecord[]): Buffer {
  const body = formatPaxRecords(records);
  const base = path.subarray(path.lastIndexOf(0x2f, path.length - 2) + 1).toString("latin1");
  const name = Buffer.from(`PaxHeaders.0/${base.replace(/[^\x21-\x7e]/g, "_")}`.slice(0, fields.name[1]));
  const block = Buffer.alloc(blockSize);
  name.copy(block, fields.name[0]);
  writeOctal(block, 0o644, ...fields.mode);
  writeOctal(block, 0, ...fields.uid);
  writeOctal(block, 0, ...fields.gid);
  writeOctal(block, body.length, ...fields.size);
  writeOctal(block, 0, ...fields.mtime);
  block.write("x", typeFlagOffset, 1, "latin1");
  return Buffer.concat([sealed(block), body, tarPadding(body.length)]);
}

/** ustar holds 100 bytes, or 155 and 100 around a slash, of ASCII. Undefined when a path does not fit. */
function splitPath(path: Buffer): { prefix: Buffer; name: Buffer } | undefined {
  if (!isAscii(path)) return undefined;
  if (path.length <= fields.name[1]) return { prefix: Buffer.alloc(0), name: path };
  // The slash between the parts is not stored; one at the very end belongs to the name.
  const slash = path.subarray(0, Math.min(path.length - 1, fields.prefix[1] + 1)).lastIndexOf(0x2f);
  if (slash <= 0 || path.length - slash - 1 > fields.name[1]) return undefined;
  return { prefix: path.subarray(0, slash), name: path.subarray(slash + 1) };
}

const isAscii = (bytes: Buffer) => bytes.every((byte) => byte < 0x80);
