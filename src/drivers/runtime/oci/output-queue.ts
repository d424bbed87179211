export type OutputListener = (stream: 1 | 2, chunk: Uint8Array) => void;

/** How much output waits here for a slow client before its source is asked to wait. */
const heldBytesBound = 1024 * 1024;

/** Output on its way from a process to one client: held while nobody listens or the client is slow, ended in order. */
export class OutputQueue {
  readonly #source: { pause(): void; resume(): void };
  #listener: OutputListener | undefined;
  #endListener: (() => void) | undefined;
  #held: [1 | 2, Uint8Array][] = [];
  #heldBytes = 0;
  #isPaused = false;
  #isSourcePaused = false;
  #isUnbounded = false;
  #isDiscarding = false;
  #hasEnded = false;

  constructor(source: { pause(): void; resume(): void }) {
    this.#source = source;
  }

  get isSourcePaused(): boolean {
    return this.#isSourcePaused;
  }

  push(stream: 1 | 2, chunk: Uint8Array): void {
    if (this.#isDiscarding) return;
    if (this.#listener && !this.#isPaused && this.#held.length === 0) return this.#listener(stream, chunk);
    this.#held.push([stream, chunk]);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < heldBytesBound || this.#isUnbounded || this.#isSourcePaused) return;
    this.#isSourcePaused = true;
    this.#source.pause();
  }

  end(): void {
    this.#hasEnded = true;
    this.#flush();
  }

  onOutput(listener: OutputListener): void {
    this.#listener = listener;
    this.#flush();
  }

  onEnd(listener: () => void): void {
    this.#endListener = listener;
    this.#flush();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#flush();
  }

  /** The process has ended, so what is left is little: take it all, whatever the client does. */
  lift(): void {
    this.#isUnbounded = true;
    this.#resumeSource();
  }

  /** The client has gone; what still comes is dropped. */
  discard(): void {
    this.#isDiscarding = true;
    this.#held = [];
    this.#heldBytes = 0;
    this.#endListener = undefined;
    this.#resumeSource();
  }

  #flush(): void {
    const listener = this.#listener;
    if (listener) {
      let at = 0;
      // The listener may pause us at any chunk.
      for (; at < this.#held.length && !this.#isPaused; at++) {
        const [stream, chunk] = this.#held[at]!;
        this.#heldBytes -= chunk.length;
        listener(stream, chunk);
      }
      this.#held.splice(0, at);
    }
    if (this.#isPaused) return;
    this.#resumeSource();
    if (!this.#hasEnded || this.#held.length > 0) return;
    const told = this.#endListener;
    this.#endListener = undefined;
    told?.();
  }

  #resumeSource(): void {
    if (!this.#isSourcePaused) return;
    this.#isSourcePaused = false;
    this.#source.resume();
  }
}
