import { TarError } from "./tar-entry.ts";

/**
 * A number of a header field: octal digits between spaces and NULs, or GNU's base-256 (top bit set), big-endian two's
 * complement. An empty field is 0. Throws TarError for anything else and beyond 2^53.
 */
export function readTarNumber(block: Uint8Array, offset: number, length: number): number {
  const first = block[offset]!;
  if (first & 0x80) return readBase256(block, offset, length);
  let at = offset;
  let end = offset + length;
  while (at < end && isBlank(block[at]!)) at += 1;
  while (end > at && isBlank(block[end - 1]!)) end -= 1;
  let value = 0;
  for (; at < end; at += 1) {
    const digit = block[at]! - 0x30;
    // Some writers leave rubbish behind the NUL that ends the digits.
    if (block[at] === 0) break;
    if (digit < 0 || digit > 7) throw new TarError("archive/tar: invalid tar header");
    value = value * 8 + digit;
  }
  return value;
}

const isBlank = (byte: number) => byte === 0x20 || byte === 0;

function readBase256(block: Uint8Array, offset: number, length: number): number {
  const negative = (block[offset]! & 0x40) !== 0;
  // Two's complement read as the bits' complement, then negated.
  const flip = negative ? 0xff : 0;
  let value = (block[offset]! ^ flip) & 0x7f;
  for (let at = offset + 1; at < offset + length; at += 1) {
    value = value * 256 + (block[at]! ^ flip);
    if (value > Number.MAX_SAFE_INTEGER) throw new TarError("a number in the header is too large");
  }
  return negative ? -1 - value : value;
}

/** Zero-padded octal with a closing NUL; the caller has checked that it fits. */
export function writeOctal(block: Buffer, value: number, offset: number, length: number): void {
  block.write(value.toString(8).padStart(length - 1, "0"), offset, length - 1, "latin1");
}

/** The largest number that `writeOctal` fits into a field of that length. */
export const largestOctal = (length: number) => 8 ** (length - 1) - 1;
