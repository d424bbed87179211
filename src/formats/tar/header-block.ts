import { TarError } from "./tar-entry.ts";
import { decodeName } from "./tar-name.ts";
import { readTarNumber } from "./tar-number.ts";

export const blockSize = 512;

/** Offsets and lengths of a header's fields (POSIX ustar; the last ones are GNU's use of the prefix). */
export const fields = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  linkName: [157, 100],
  magic: [257, 8],
  userName: [265, 32],
  groupName: [297, 32],
  deviceMajor: [329, 8],
  deviceMinor: [337, 8],
  prefix: [345, 155],
  sparse: [386, 96],
  isExtended: [482, 1],
  realSize: [483, 12],
} as const;

export const typeFlagOffset = 156;

/** A header as it stands in its block, before extended headers change it. */
export interface HeaderBlock {
  readonly typeFlag: string;
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly linkName: string;
  readonly userName: string;
  readonly groupName: string;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/** Decodes 512 bytes. Throws TarError when the checksum is wrong or a number unreadable. */
export function parseHeaderBlock(block: Buffer): HeaderBlock {
  verifyChecksum(block);
  const number = ([offset, length]: readonly [number, number]) => readTarNumber(block, offset, length);
  const magic = block.toString("latin1", 257, 265);
  const hasMagic = magic === "ustar\x0000" || magic === "ustar  \0";
  const name = text(block, fields.name);
  const prefix = magic === "ustar\x0000" ? text(block, fields.prefix) : "";
  const sizeBytes = number(fields.size);
  if (sizeBytes < 0) throw new TarError("negative size in the header");
  return {
    typeFlag: String.fromCharCode(block[typeFlagOffset]!),
    path: prefix === "" ? name : `${prefix}/${name}`,
    mode: number(fields.mode),
    uid: number(fields.uid),
    gid: number(fields.gid),
    sizeBytes,
    mtimeSeconds: number(fields.mtime),
    linkName: text(block, fields.linkName),
    userName: hasMagic ? text(block, fields.userName) : "",
    groupName: hasMagic ? text(block, fields.groupName) : "",
    deviceMajor: hasMagic ? number(fields.deviceMajor) : 0,
    deviceMinor: hasMagic ? number(fields.deviceMinor) : 0,
  };
}

export function isZeroBlock(block: Buffer): boolean {
  return block[0] === 0 && block.every((byte) => byte === 0);
}

/** The sum of all bytes with the checksum itself as spaces. */
export function checksumOf(block: Uint8Array): { unsigned: number; signed: number } {
  const [from, length] = fields.checksum;
  let unsigned = 0;
  let high = 0;
  for (let at = 0; at < blockSize; at += 1) {
    const byte = at >= from && at < from + length ? 0x20 : block[at]!;
    unsigned += byte;
    high += byte >> 7;
  }
  return { unsigned, signed: unsigned - 256 * high };
}

/** Old writers added signed characters, so either sum is good. */
function verifyChecksum(block: Buffer): void {
  const stored = readTarNumber(block, ...fields.checksum);
  const { unsigned, signed } = checksumOf(block);
  if (stored !== unsigned && stored !== signed) throw new TarError("archive/tar: invalid tar header");
}

function text(block: Buffer, [offset, length]: readonly [number, number]): string {
  let end = offset;
  while (end < offset + length && block[end] !== 0) end += 1;
  return end === offset ? "" : decodeName(block.subarray(offset, end));
}
