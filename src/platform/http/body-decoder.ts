import { type BodyFraming, HttpSyntaxError } from "./request-head.ts";

const maxChunkLineBytes = 4096;
const maxTrailerBytes = 16 * 1024;

/** Takes a body out of the bytes of its connection: a known length, or chunks (RFC 9112, 7.1). */
export class BodyDecoder {
  /** Bytes left of the body or of the chunk being read. */
  #remaining: number;
  #state: "data" | "size" | "data-end" | "trailer" | "done";
  readonly #chunked: boolean;
  #line = "";
  #trailerBytes = 0;

  constructor(framing: BodyFraming) {
    this.#chunked = framing === "chunked";
    this.#remaining = framing === "chunked" ? 0 : framing;
    this.#state = this.#chunked ? "size" : framing === 0 ? "done" : "data";
  }

  get isDone(): boolean {
    return this.#state === "done";
  }

  /**
   * Hands the decoded bytes to `sink` and returns the bytes behind the body's end, when that is reached and there are any.
   * Throws HttpSyntaxError on malformed chunks.
   */
  push(chunk: Buffer, sink: (data: Buffer) => void): Buffer | undefined {
    let at = 0;
    while (at < chunk.length && this.#state !== "done") {
      if (this.#state === "data") {
        const end = Math.min(chunk.length, at + this.#remaining);
        sink(chunk.subarray(at, end));
        this.#remaining -= end - at;
        at = end;
        if (this.#remaining === 0) this.#state = this.#chunked ? "data-end" : "done";
        continue;
      }
      at = this.#takeLine(chunk, at);
    }
    return at < chunk.length ? chunk.subarray(at) : undefined;
  }

  /** Reads on in a line of the framing; acts when it is complete. Returns where to go on. */
  #takeLine(chunk: Buffer, at: number): number {
    const newline = chunk.indexOf(0x0a, at);
    const end = newline === -1 ? chunk.length : newline + 1;
    if (this.#line.length + end - at > maxChunkLineBytes) throw new HttpSyntaxError(400, "chunk header too long");
    this.#line += chunk.toString("latin1", at, end);
    if (newline === -1) return end;
    if (!this.#line.endsWith("\r\n")) throw new HttpSyntaxError(400, "malformed chunked encoding");
    const line = this.#line.slice(0, -2);
    this.#line = "";
    this.#onLine(line);
    return end;
  }

  #onLine(line: string): void {
    if (this.#state === "size") {
      const size = /^([0-9a-fA-F]{1,13})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/.exec(line)?.[1];
      if (size === undefined) throw new HttpSyntaxError(400, "malformed chunked encoding");
      this.#remaining = Number.parseInt(size, 16);
      this.#state = this.#remaining === 0 ? "trailer" : "data";
    } else if (this.#state === "data-end") {
      if (line !== "") throw new HttpSyntaxError(400, "malformed chunked encoding");
      this.#state = "size";
    } else if (line === "") {
      this.#state = "done";
    } else {
      this.#trailerBytes += line.length;
      if (this.#trailerBytes > maxTrailerBytes) throw new HttpSyntaxError(431, "trailer too large");
    }
  }
}
