import type { Duplex } from "node:stream";
import type { BodyDecoder } from "./body-decoder.ts";

/**
 * A connection taken over from HTTP: bytes both ways. Each direction ends on its own: `onEnd` is the peer's end of input,
 * after which writing goes on; `end` ends our side. Nothing is read before `onData` is called, so nothing is lost: what
 * the peer sent early comes first.
 */
export class HijackedConnection {
  /** For protocols that bring their own stream handling (HTTP/2). Do not mix with the methods. */
  readonly socket: Duplex;
  readonly #early: Buffer[];
  readonly #decoder: BodyDecoder | undefined;
  #ended: boolean;
  #closed = false;
  #reading = false;
  #onData: ((chunk: Uint8Array) => void) | undefined;
  readonly #onEnd: (() => void)[] = [];
  readonly #onClose: (() => void)[] = [];

  /** `early` was read already; `ended` tells that the peer's end of input was, too; `decoder` unwraps the input. */
  constructor(socket: Duplex, early: readonly Buffer[], ended: boolean, decoder?: BodyDecoder) {
    this.socket = socket;
    this.#early = [...early];
    this.#ended = ended;
    this.#decoder = decoder;
    socket.pause();
    socket.on("close", () => {
      this.#closed = true;
      for (const listener of this.#onClose.splice(0)) listener();
    });
    // A broken connection is told by 'close', which follows.
    socket.on("error", () => socket.destroy());
    if (socket.destroyed) this.#closed = true;
  }

  /** Where the input goes; reading begins in the next turn of the event loop. Call once. */
  onData(listener: (chunk: Uint8Array) => void): void {
    this.#onData = listener;
    this.#reading = true;
    setImmediate(() => this.#begin());
  }

  /** The peer will send no more. */
  onEnd(listener: () => void): void {
    this.#onEnd.push(listener);
  }

  /** The connection is gone, whoever ended it. Told also when it is gone already. */
  onClose(listener: () => void): void {
    if (this.#closed) queueMicrotask(listener);
    else this.#onClose.push(listener);
  }

  /** False when the peer is slow: wait for `onDrain` before writing more. The chunk is taken over. */
  write(chunk: Uint8Array | string): boolean {
    if (this.#closed || this.socket.destroyed || this.socket.writableEnded) return true;
    return this.socket.write(chunk);
  }

  onDrain(listener: () => void): void {
    this.socket.on("drain", listener);
  }

  pause(): void {
    this.#reading = false;
    this.socket.pause();
  }

  resume(): void {
    this.#reading = true;
    this.#deliverEarly();
    if (this.#reading && this.#early.length === 0) this.socket.resume();
  }

  /** Sends what is buffered, then the end of our side. */
  end(): void {
    this.socket.end();
    // Our side is over for good: what the peer still sends is of no use, and unread input would keep the socket open.
    if (this.#onData === undefined) this.socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }

  #begin(): void {
    this.socket.on("data", (chunk: Buffer) => this.#input(chunk));
    this.socket.on("end", () => this.#finishInput());
    if (this.#reading) this.resume();
    else this.socket.pause();
    if (this.#ended && this.#early.length === 0) this.#tellEnd();
  }

  #deliverEarly(): void {
    while (this.#reading && this.#early.length > 0) {
      this.#onData?.(this.#early.shift()!);
      if (this.#early.length === 0 && this.#ended) this.#tellEnd();
    }
  }

  #input(chunk: Buffer): void {
    if (this.#ended) return;
    if (this.#decoder === undefined) return this.#onData?.(chunk);
    try {
      this.#decoder.push(chunk, (data) => this.#onData?.(data));
      if (this.#decoder.isDone) this.#finishInput();
    } catch {
      this.socket.destroy();
    }
  }

  #finishInput(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#early.length === 0) this.#tellEnd();
  }

  #tellEnd(): void {
    for (const listener of this.#onEnd.splice(0)) listener();
  }
}
