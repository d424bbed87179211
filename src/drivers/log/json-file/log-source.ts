import { closeSync, createReadStream, fstatSync, openSync, read, readSync } from "node:fs";
import { promisify } from "node:util";
import { createGunzip } from "node:zlib";
import type { LogFile } from "./log-files.ts";
import { partTag, recordLayout } from "./record-parser.ts";

const readAsync = promisify(read);
const chunkBytes = 1024 * 1024;
const tailBlockBytes = 256 * 1024;
const newline = 0x0a;

/** One file of a log, held open: renaming, compressing and deleting it do not disturb its reader. */
export class LogSource {
  readonly #fd: number;
  readonly isCompressed: boolean;
  /** Where the next read of a plain file begins. */
  #position = 0;
  #linesToSkip = 0;
  /** A compressed file does not grow: it is read once. */
  #isInflated = false;

  constructor({ path, isCompressed }: LogFile) {
    this.#fd = openSync(path, "r");
    this.isCompressed = isCompressed;
  }

  lastWrittenMs(): number {
    return fstatSync(this.#fd).mtimeMs;
  }

  /**
   * What there is behind the last read, to the end as it is now. Each chunk begins with `rest()`, is the caller's and is
   * never written to again.
   */
  chunks(rest: () => Buffer): AsyncGenerator<Buffer> {
    return this.isCompressed ? this.#inflatedChunks(rest) : this.#plainChunks(rest);
  }

  async *#plainChunks(rest: () => Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const size = fstatSync(this.#fd).size - this.#position;
      if (size <= 0) return;
      const begun = rest();
      const buffer = Buffer.allocUnsafeSlow(begun.length + Math.min(size, chunkBytes));
      begun.copy(buffer);
      const room = buffer.length - begun.length;
      const { bytesRead } = await readAsync(this.#fd, buffer, begun.length, room, this.#position);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      yield buffer.subarray(0, begun.length + bytesRead);
    }
  }

  async *#inflatedChunks(rest: () => Buffer): AsyncGenerator<Buffer> {
    if (this.#isInflated) return;
    this.#isInflated = true;
    let toSkip = this.#linesToSkip;
    for await (const chunk of this.#inflate()) {
      let start = 0;
      for (; toSkip > 0; toSkip--) {
        const end = chunk.indexOf(newline, start);
        if (end < 0) break;
        start = end + 1;
      }
      if (toSkip === 0 && start < chunk.length) yield Buffer.concat([rest(), chunk.subarray(start)]);
    }
  }

  /** Skips all but the last `count` lines. Returns how many of them are missing, to be had from the file before. */
  async keepLast(count: number, { isNewest }: { isNewest: boolean }): Promise<number> {
    return this.isCompressed ? await this.#keepLastInflated(count) : this.#keepLastPlain(count, isNewest);
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Reads backwards, so that the length of the file does not matter. */
  #keepLastPlain(count: number, isNewest: boolean): number {
    const { size } = fstatSync(this.#fd);
    let found = 0;
    let blockStart = size;
    /** The start of the record that begins nearest behind `blockStart`. */
    let tail = Buffer.alloc(0);
    while (blockStart > 0) {
      const length = Math.min(tailBlockBytes, blockStart);
      blockStart -= length;
      const block = Buffer.concat([readExactly(this.#fd, blockStart, length), tail]);
      let recordEnd = block.length;
      for (;;) {
        const before = recordEnd < 2 ? -1 : block.lastIndexOf(newline, recordEnd - 2);
        if (before < 0) break;
        const start = before + 1;
        if (isWholeLine(block, start, recordEnd, isNewest && blockStart + recordEnd === size)) found++;
        if (found > count) {
          this.#position = blockStart + recordEnd;
          return 0;
        }
        recordEnd = start;
      }
      tail = block.subarray(0, recordEnd);
    }
    if (tail.length > 0 && isWholeLine(tail, 0, tail.length, isNewest && tail.length === size)) found++;
    if (found > count) {
      this.#position = tail.length;
      return 0;
    }
    return count - found;
  }

  /** Every record of a rotated file counts, whole or part: finer would mean to inflate it a third time. */
  async #keepLastInflated(count: number): Promise<number> {
    let lines = 0;
    for await (const chunk of this.#inflate()) {
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines++;
    }
    this.#linesToSkip = Math.max(0, lines - count);
    return Math.max(0, count - lines);
  }

  #inflate(): AsyncIterable<Buffer> {
    const file = createReadStream("", { fd: this.#fd, autoClose: false, start: 0, highWaterMark: chunkBytes });
    const gunzip = createGunzip({ chunkSize: chunkBytes });
    file.on("error", (error) => gunzip.destroy(error));
    return file.pipe(gunzip);
  }
}

/** A part is no line of its own, but for the very last record of the log, whose other parts have not come yet. */
function isWholeLine(block: Buffer, start: number, end: number, isLast: boolean): boolean {
  if (end - start <= recordLayout.text) return false;
  return isLast || block[start + recordLayout.tag] !== partTag;
}

function readExactly(fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; ) {
    const got = readSync(fd, buffer, at, length - at, position + at);
    if (got === 0) return buffer.subarray(0, at);
    at += got;
  }
  return buffer;
}
