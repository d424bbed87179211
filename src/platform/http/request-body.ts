import { Readable } from "node:stream";
import { BodyDecoder } from "./body-decoder.ts";
import type { BodyFraming } from "./request-head.ts";

/** Bytes kept for a body that nobody reads yet; then the socket is not read further. */
const highWaterBytes = 64 * 1024;

/** How a body moves its connection. */
export interface BodyFlow {
  pause(): void;
  resume(): void;
  /** Somebody wants the body now: the moment to send `100 Continue`. */
  wanted(): void;
}

/** The client ended or broke the connection in the middle of a body. */
export class TruncatedBodyError extends Error {
  override readonly name = "TruncatedBodyError";
  constructor() {
    super("unexpected EOF");
  }
}

export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
}

/** A request's body on its way in: collected, streamed, discarded, or left to a hijack. Read it in one of these ways. */
export class RequestBody {
  readonly #decoder: BodyDecoder;
  readonly #flow: BodyFlow;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #sink: ((data: Buffer) => void) | undefined;
  #settle: ((failure: Error | undefined) => void) | undefined;
  #failure: Error | undefined;
  #wanted = false;

  constructor(framing: BodyFraming, flow: BodyFlow) {
    this.#decoder = new BodyDecoder(framing);
    this.#flow = flow;
  }

  /** All of it has arrived from the client (not: been read by a handler). */
  get isComplete(): boolean {
    return this.#decoder.isDone;
  }

  /** Has anybody asked for it? */
  get isWanted(): boolean {
    return this.#wanted;
  }

  /** Takes bytes of the connection; returns those behind the body. Throws HttpSyntaxError, and fails the reader as well. */
  feed(chunk: Buffer): Buffer | undefined {
    try {
      const rest = this.#decoder.push(chunk, (data) => this.#deliver(data));
      if (this.#decoder.isDone) this.#settle?.(undefined);
      return rest;
    } catch (error) {
      this.fail(error as Error);
      throw error;
    }
  }

  /** The connection has ended. No more than a note when the body was complete. */
  fail(failure: Error = new TruncatedBodyError()): void {
    if (this.#decoder.isDone || this.#failure) return;
    this.#failure = failure;
    this.#settle?.(failure);
  }

  /** The whole body. Rejects with BodyTooLargeError, TruncatedBodyError or HttpSyntaxError. */
  async collect(limitBytes: number): Promise<Buffer> {
    if (this.#decoder.isDone && this.#waiting.length <= 1) return this.#waiting.pop() ?? Buffer.alloc(0);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const tooLarge = Promise.withResolvers<never>();
    const finished = this.#read((data) => {
      bytes += data.length;
      if (bytes > limitBytes) tooLarge.reject(new BodyTooLargeError(`request body is larger than ${limitBytes} bytes`));
      else chunks.push(data);
    });
    await Promise.race([finished, tooLarge.promise]);
    return Buffer.concat(chunks);
  }

  /** The body as a stream with back-pressure down to the socket. Call once. */
  stream(): Readable {
    let finished: Promise<void> | undefined;
    const begin = () => {
      finished = this.#read((data) => {
        if (!readable.destroyed && !readable.push(data)) this.#flow.pause();
      });
      finished.then(
        () => readable.push(null),
        (failure: Error) => readable.destroy(failure),
      );
    };
    const readable = new Readable({
      highWaterMark: highWaterBytes,
      read: () => {
        if (finished === undefined) begin();
        else this.#flow.resume();
      },
    });
    return readable;
  }

  /** Reads to the end for the sake of the next request; false when more than `limitBytes` came. */
  async discard(limitBytes: number): Promise<boolean> {
    let bytes = 0;
    const tooMuch = Promise.withResolvers<boolean>();
    const finished = this.#read((data) => {
      bytes += data.length;
      if (bytes > limitBytes) tooMuch.resolve(false);
    });
    return Promise.race([
      finished.then(
        () => true,
        () => false,
      ),
      tooMuch.promise,
    ]);
  }

  /** For a hijack: what has arrived and was not read, and a decoder for the rest when the input goes on in the framing. */
  release(): { waiting: readonly Buffer[]; decoder: BodyDecoder } {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    return { waiting, decoder: this.#decoder };
  }

  #deliver(data: Buffer): void {
    if (this.#sink) return this.#sink(data);
    this.#waiting.push(data);
    this.#waitingBytes += data.length;
    if (this.#waitingBytes > highWaterBytes) this.#flow.pause();
  }

  /** Sends all bytes to `sink`, those that waited first; resolves at the end of the body. */
  #read(sink: (data: Buffer) => void): Promise<void> {
    this.#wanted = true;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#settle = (failure) => (failure ? reject(failure) : resolve());
    this.#sink = sink;
    const { waiting } = this.release();
    for (const data of waiting) sink(data);
    if (this.#failure) reject(this.#failure);
    else if (this.#decoder.isDone) resolve();
    else {
      this.#flow.wanted();
      this.#flow.resume();
    }
    return promise;
  }
}
