import type { LogLine } from "../log-driver.ts";

/**
 * conmon writes one record a line, `TIME STREAM TAG TEXT`: the time with nine digits and its offset (35 bytes), stdout
 * or stderr, F for a whole line and P for a part of one.
 */
export const recordLayout = { timeBytes: 35, streamLetter: 39, tag: 43, text: 45 } as const;

const newline = 0x0a;
const letterOfStdout = "o".charCodeAt(0);
export const partTag = "P".charCodeAt(0);
/** "2024-01-02T03:04:05.678901234", before the offset. */
const timeDigits = 29;
/** docker hands on a line in pieces of this size when it does not end. */
const longestPendingBytes = 16 * 1024;

interface PendingLine {
  readonly time: string;
  readonly parts: Uint8Array[];
  bytes: number;
}

/** Turns chunks of a log into lines. Lines refer to the chunks, so a chunk must not be written to again. */
export class RecordParser {
  #rest: Buffer = Buffer.alloc(0);
  readonly #pending: Record<1 | 2, PendingLine | undefined> = { 1: undefined, 2: undefined };
  /** Times repeat: conmon looks at the clock once for all the lines it has read at a time. */
  #timeBytes: Buffer = Buffer.alloc(0);
  #time = "";

  /** The bytes of a record that has begun; put them before the next chunk. */
  get rest(): Buffer {
    return this.#rest;
  }

  /** `chunk` begins with `rest` of the call before. */
  parse(chunk: Buffer): LogLine[] {
    const lines: LogLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = this.#record(chunk, start, end + 1);
      if (line) lines.push(line);
      start = end + 1;
    }
    this.#rest = chunk.subarray(start);
    return lines;
  }

  /** At the end of the log: lines that have begun and will not go on. */
  finish(): LogLine[] {
    return ([1, 2] as const).flatMap((stream) => {
      const line = this.#take(stream);
      return line ? [line] : [];
    });
  }

  #record(chunk: Buffer, start: number, end: number): LogLine | undefined {
    // Shorter than any record: the middle of one that a full disk cut off.
    if (end - start <= recordLayout.text) return undefined;
    const stream = chunk[start + recordLayout.streamLetter] === letterOfStdout ? 1 : 2;
    const isPart = chunk[start + recordLayout.tag] === partTag;
    const text = chunk.subarray(start + recordLayout.text, isPart ? end - 1 : end);
    const pending = this.#pending[stream];
    if (!isPart && !pending) return { stream, time: this.#timeAt(chunk, start), data: text };
    const line = pending ?? { time: this.#timeAt(chunk, start), parts: [], bytes: 0 };
    this.#pending[stream] = line;
    line.parts.push(text);
    line.bytes += text.length;
    return isPart && line.bytes < longestPendingBytes ? undefined : this.#take(stream);
  }

  #take(stream: 1 | 2): LogLine | undefined {
    const pending = this.#pending[stream];
    this.#pending[stream] = undefined;
    return pending && { stream, time: pending.time, data: Buffer.concat(pending.parts) };
  }

  #timeAt(chunk: Buffer, start: number): string {
    const end = start + timeDigits;
    if (this.#timeBytes.length === 0 || chunk.compare(this.#timeBytes, 0, timeDigits, start, end) !== 0) {
      this.#timeBytes = chunk.subarray(start, end);
      this.#time = `${chunk.toString("latin1", start, end)}${offsetText(chunk, end)}`;
    }
    return this.#time;
  }
}

/** The monitor runs in UTC, which docker writes as Z. */
function offsetText(chunk: Buffer, at: number): string {
  const offset = chunk.toString("latin1", at, at + recordLayout.timeBytes - timeDigits);
  return offset === "+00:00" ? "Z" : offset;
}
