import { HttpSyntaxError } from "./request-head.ts";

const maxHeadBytes = 256 * 1024;

/** Collects bytes until the empty line that ends a request's head. */
export class HeadBuffer {
  #buffer: Buffer | undefined;
  #length = 0;

  /** Has a head begun and not ended? */
  get isPartial(): boolean {
    return this.#length > 0;
  }

  /**
   * Takes bytes. Returns the head's text (latin1) and what came behind it, or undefined while more is needed. Throws
   * HttpSyntaxError (431) when the head is too long.
   */
  push(chunk: Buffer): { head: string; rest: Buffer | undefined } | undefined {
    // An empty line before a request is to be ignored (RFC 9112, 2.2).
    let from = 0;
    if (this.#length === 0) while (chunk[from] === 0x0d && chunk[from + 1] === 0x0a) from += 2;
    const bytes = this.#joined(from === 0 ? chunk : chunk.subarray(from));
    const searchFrom = Math.max(0, this.#length - 3);
    const end = bytes.indexOf("\r\n\r\n", searchFrom, "latin1");
    if (end === -1 ? bytes.length > maxHeadBytes : end > maxHeadBytes)
      throw new HttpSyntaxError(431, "request header fields too large");
    if (end === -1) {
      this.#keep(bytes);
      return undefined;
    }
    this.#buffer = undefined;
    this.#length = 0;
    return {
      head: bytes.toString("latin1", 0, end),
      rest: end + 4 < bytes.length ? bytes.subarray(end + 4) : undefined,
    };
  }

  /** What was kept with the new bytes behind it. The buffer doubles, so that drops of one byte do not cost a copy each. */
  #joined(chunk: Buffer): Buffer {
    if (this.#buffer === undefined) return chunk;
    const needed = this.#length + chunk.length;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    chunk.copy(this.#buffer, this.#length);
    return this.#buffer.subarray(0, needed);
  }

  #keep(bytes: Buffer): void {
    this.#buffer ??= bytes;
    this.#length = bytes.length;
  }
}
