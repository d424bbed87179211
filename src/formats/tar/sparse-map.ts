import { blockSize, fields } from "./header-block.ts";
import { type PaxRecord, parseDecimal } from "./pax-records.ts";
import { TarError } from "./tar-entry.ts";
import { readTarNumber } from "./tar-number.ts";

/** A stretch of content; what lies between stretches is a hole of zeros. */
export interface SparseExtent {
  readonly offset: number;
  readonly length: number;
}

/** So many extents that no sane writer makes more; each costs memory. */
const mostExtents = 1 << 17;

/** Extents of GNU's old form in a header or an extension block: pairs of 12-byte numbers, ended by an empty one. */
export function readGnuExtents(block: Buffer, { extension }: { extension: boolean }): SparseExtent[] {
  const [start, count] = extension ? [0, 21] : [fields.sparse[0], 4];
  const extents: SparseExtent[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = start + index * 24;
    if (block[at] === 0 && block[at + 12] === 0) break;
    extents.push({ offset: readTarNumber(block, at, 12), length: readTarNumber(block, at + 12, 12) });
  }
  return extents;
}

/** Does another block of extents follow this header or extension block? */
export function gnuExtentsContinue(block: Buffer, { extension }: { extension: boolean }): boolean {
  return block[extension ? 504 : fields.isExtended[0]] !== 0;
}

/** PAX 0.0 (repeated offset and numbytes) and 0.1 (one comma-separated map). Undefined when there is no map. */
export function paxExtents(records: readonly PaxRecord[]): SparseExtent[] | undefined {
  const map = records.findLast(([keyword]) => keyword === "GNU.sparse.map")?.[1].toString("latin1");
  const numbers =
    map === undefined
      ? records
          .filter(([keyword]) => keyword === "GNU.sparse.offset" || keyword === "GNU.sparse.numbytes")
          .map(([, value]) => value.toString("latin1"))
      : map.split(",").filter((text) => text !== "");
  if (map === undefined && numbers.length === 0) return undefined;
  return pairUp(numbers.map(parseDecimal));
}

/**
 * PAX 1.0: the map stands before the content as lines of decimals, first the number of extents, padded to whole blocks.
 * Feed it block by block.
 */
export class SparseMapReader {
  #text = "";
  /** Undefined until the whole map has been read. */
  extents: SparseExtent[] | undefined;

  push(block: Buffer): void {
    this.#text += block.toString("latin1", 0, blockSize);
    if (this.#text.length > mostExtents * 24) throw tooMany();
    const count = this.#line(0);
    if (count === undefined) return;
    if (count > mostExtents) throw tooMany();
    const lines = this.#text.split("\n", 1 + 2 * count + 1);
    // The last piece has no newline behind it: it is padding or a line that goes on in the next block.
    if (lines.length <= 1 + 2 * count) return;
    this.extents = pairUp(lines.slice(1, 1 + 2 * count).map(parseDecimal));
  }

  #line(from: number): number | undefined {
    const end = this.#text.indexOf("\n", from);
    if (end >= 0) return parseDecimal(this.#text.slice(from, end));
    if (this.#text.length > 20) throw new TarError("malformed sparse map");
    return undefined;
  }
}

function pairUp(numbers: readonly number[]): SparseExtent[] {
  if (numbers.length % 2 !== 0) throw new TarError("malformed sparse map");
  if (numbers.length > 2 * mostExtents) throw tooMany();
  const extents: SparseExtent[] = [];
  for (let index = 0; index < numbers.length; index += 2)
    extents.push({ offset: numbers[index]!, length: numbers[index + 1]! });
  return extents;
}

const tooMany = () => new TarError("too many extents in a sparse file");

/** Throws TarError unless the extents are in order, inside the file and as long together as what is stored. */
export function checkExtents(extents: readonly SparseExtent[], realSize: number, storedBytes: number): void {
  if (realSize < 0) throw new TarError("negative size in the header");
  let end = 0;
  let stored = 0;
  for (const { offset, length } of extents) {
    if (offset < end || length < 0 || !Number.isSafeInteger(offset + length)) throw new TarError("invalid sparse map");
    end = offset + length;
    stored += length;
  }
  if (end > realSize || stored !== storedBytes) throw new TarError("a sparse map does not match its file");
}
