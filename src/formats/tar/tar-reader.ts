import { EntryBuilder } from "./entry-builder.ts";
import { blockSize, isZeroBlock, parseHeaderBlock } from "./header-block.ts";
import { type PaxRecord, parsePaxRecords } from "./pax-records.ts";
import { checkExtents, gnuExtentsContinue, readGnuExtents, type SparseExtent, SparseMapReader } from "./sparse-map.ts";
import { type TarEntry, TarError } from "./tar-entry.ts";
import { decodeName } from "./tar-name.ts";

/** Takes what a reader finds. For each entry: `entry`, then `data` any number of times, then `entryEnd`. */
export interface TarConsumer {
  entry(entry: TarEntry): unknown;
  /**
   * A piece of a file's content that belongs at `offset`. Offsets rise; what is left out is a hole of zeros. The bytes are
   * a view into what was pushed: copy them to keep them.
   */
  data(bytes: Buffer, offset: number): unknown;
  entryEnd(): unknown;
}

/** Extended headers and long names larger than this are refused: they are kept in memory. */
const largestMetadata = 1 << 20;

type State =
  | { readonly step: "header" | "second-zero-block" | "sparse-extension" | "sparse-map" | "finished" }
  | { readonly step: "metadata"; readonly typeFlag: string; readonly body: Buffer; filled: number }
  | { readonly step: "data" | "skip" };

const atHeader: State = { step: "header" };
const skipping: State = { step: "skip" };

/**
 * Reads an archive as it comes, in chunks of any size: ustar, PAX (global headers too), GNU long names, base-256 numbers,
 * GNU and PAX sparse files. Everything is synchronous and bounded in memory. Push all chunks, then call `end`.
 * What follows the end-of-archive mark is ignored, as GNU tar and Go do. Throws TarError; the reader is then useless.
 */
export class TarReader {
  readonly #consumer: TarConsumer;
  readonly #block = Buffer.alloc(blockSize);
  #blockFilled = 0;
  #state = atHeader;
  #globals: readonly PaxRecord[] = [];
  #builder = new EntryBuilder();
  #sparseMap: SparseMapReader | undefined;
  #extents: SparseExtent[] = [];
  /** Bytes of the current entry's stored content (or padding) still to come. */
  #remaining = 0;
  #padding = 0;
  #offset = 0;
  #extentIndex = 0;
  #isSparse = false;

  constructor(consumer: TarConsumer) {
    this.#consumer = consumer;
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < bytes.length && this.#state.step !== "finished"; ) at += this.#take(bytes, at);
  }

  /** The input is over. Throws when that happens inside an entry; a missing end-of-archive mark is accepted. */
  end(): void {
    const { step } = this.#state;
    if (step === "finished" || step === "second-zero-block") return;
    if (step !== "header" || this.#blockFilled > 0 || this.#builder.hasMetadata) throw new TarError("unexpected EOF");
  }

  /** Handles some bytes from `at` on and tells how many. */
  #take(bytes: Buffer, at: number): number {
    const state = this.#state;
    const available = bytes.length - at;
    switch (state.step) {
      case "data":
        return this.#takeData(bytes, at, Math.min(available, this.#remaining));
      case "skip":
        return this.#takeSkipped(Math.min(available, this.#remaining));
      case "metadata": {
        const count = bytes.copy(state.body, state.filled, at);
        state.filled += count;
        if (state.filled === state.body.length) this.#metadataRead(state.typeFlag, state.body);
        return count;
      }
      default:
        return this.#takeBlock(bytes, at);
    }
  }

  /** A block that lies whole in the chunk is read in place, else its pieces are gathered. */
  #takeBlock(bytes: Buffer, at: number): number {
    if (this.#blockFilled === 0 && bytes.length - at >= blockSize) {
      this.#blockRead(bytes.subarray(at, at + blockSize));
      return blockSize;
    }
    const count = bytes.copy(this.#block, this.#blockFilled, at);
    this.#blockFilled += count;
    if (this.#blockFilled === blockSize) {
      this.#blockFilled = 0;
      this.#blockRead(this.#block);
    }
    return count;
  }

  #blockRead(block: Buffer): void {
    switch (this.#state.step) {
      case "sparse-extension":
        this.#extents.push(...readGnuExtents(block, { extension: true }));
        if (this.#extents.length > 1 << 17) throw new TarError("too many extents in a sparse file");
        if (!gnuExtentsContinue(block, { extension: true })) this.#beginEntry();
        return;
      case "sparse-map":
        this.#sparseMapBlock(block);
        return;
      case "second-zero-block":
        if (!isZeroBlock(block)) throw new TarError("invalid tar header: data after a block of zeros");
        this.#state = { step: "finished" };
        return;
      default:
        if (isZeroBlock(block)) this.#state = { step: "second-zero-block" };
        else this.#headerRead(block);
    }
  }

  #headerRead(block: Buffer): void {
    const header = parseHeaderBlock(block);
    const { typeFlag, sizeBytes } = header;
    switch (typeFlag) {
      case "x":
      case "g":
      case "L":
      case "K":
        if (sizeBytes > largestMetadata) throw new TarError("an extended header is too large");
        this.#padding = paddingOf(sizeBytes);
        if (sizeBytes === 0) this.#metadataRead(typeFlag, Buffer.alloc(0));
        else this.#state = { step: "metadata", typeFlag, body: Buffer.alloc(sizeBytes), filled: 0 };
        return;
      case "V": // A volume's label names no file.
        this.#builder = new EntryBuilder();
        this.#skip(sizeBytes + paddingOf(sizeBytes));
        return;
      default:
        this.#builder.setHeader(header, block, this.#globals);
        this.#isSparse = this.#builder.sparse !== undefined;
        this.#extents = this.#builder.sparse?.extents ?? [];
        if (this.#builder.sparse?.form === "gnu" && gnuExtentsContinue(block, { extension: false }))
          this.#state = { step: "sparse-extension" };
        else if (this.#builder.sparse?.form === "map-in-content") {
          this.#sparseMap = new SparseMapReader();
          this.#state = { step: "sparse-map" };
        } else this.#beginEntry();
    }
  }

  #sparseMapBlock(block: Buffer): void {
    if (this.#builder.storedBytes < blockSize) throw new TarError("malformed sparse map");
    this.#builder.storedBytes -= blockSize;
    this.#sparseMap!.push(block);
    if (!this.#sparseMap!.extents) return;
    this.#extents = this.#sparseMap!.extents;
    this.#beginEntry();
  }

  #metadataRead(typeFlag: string, body: Buffer): void {
    if (typeFlag === "x") this.#builder.records = parsePaxRecords(body);
    else if (typeFlag === "g") this.#globals = mergeGlobals(this.#globals, parsePaxRecords(body));
    else {
      const end = body.indexOf(0);
      const name = decodeName(end < 0 ? body : body.subarray(0, end));
      if (typeFlag === "L") this.#builder.longName = name;
      else this.#builder.longLinkName = name;
    }
    this.#skip(this.#padding);
  }

  #beginEntry(): void {
    const entry = this.#builder.build();
    const { storedBytes } = this.#builder;
    if (this.#isSparse) checkExtents(this.#extents, entry.sizeBytes, storedBytes);
    this.#builder = new EntryBuilder();
    this.#remaining = storedBytes;
    this.#padding = paddingOf(storedBytes);
    this.#offset = 0;
    this.#extentIndex = 0;
    this.#consumer.entry(entry);
    if (storedBytes > 0) this.#state = { step: "data" };
    else this.#endEntry();
  }

  #takeData(bytes: Buffer, at: number, count: number): number {
    let taken = count;
    if (this.#isSparse) {
      let extent = this.#extents[this.#extentIndex]!;
      while (this.#offset >= extent.offset + extent.length || extent.length === 0)
        extent = this.#extents[++this.#extentIndex]!;
      this.#offset = Math.max(this.#offset, extent.offset);
      taken = Math.min(count, extent.offset + extent.length - this.#offset);
    }
    this.#consumer.data(bytes.subarray(at, at + taken), this.#offset);
    this.#offset += taken;
    this.#remaining -= taken;
    if (this.#remaining === 0) this.#endEntry();
    return taken;
  }

  #takeSkipped(count: number): number {
    this.#remaining -= count;
    if (this.#remaining === 0) this.#state = atHeader;
    return count;
  }

  #endEntry(): void {
    this.#consumer.entryEnd();
    this.#skip(this.#padding);
  }

  #skip(count: number): void {
    this.#remaining = count;
    this.#state = count > 0 ? skipping : atHeader;
  }
}

const paddingOf = (size: number) => (blockSize - (size % blockSize)) % blockSize;

/** A later global record replaces an earlier one of the same keyword. */
function mergeGlobals(old: readonly PaxRecord[], added: readonly PaxRecord[]): PaxRecord[] {
  const keywords = new Set(added.map(([keyword]) => keyword));
  return [...old.filter(([keyword]) => !keywords.has(keyword)), ...added];
}
