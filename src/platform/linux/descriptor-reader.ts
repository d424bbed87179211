import { closeSync } from "node:fs";
import { file } from "bun";
import { libc, ptr } from "./libc.ts";

export interface DescriptorListener {
  /** The chunk is the listener's to keep. */
  readonly data: (chunk: Uint8Array) => void;
  /** The last writer has gone, or `close` was called. Called once. */
  readonly end: () => void;
}

interface ByteReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>;
  cancel(): Promise<void>;
}

const getFlags = 3;
const setFlags = 4;
const nonBlocking = 0o4000;
const restBytes = 65536;

/**
 * Reads a pipe or the host's end of a pty to its end in our event loop. Owns the descriptor and makes it non-blocking:
 * only then does it wait in the loop and not in one of the few threads that all file operations share.
 */
export class DescriptorReader {
  readonly #fd: number;
  readonly #reader: ByteReader;
  readonly #listener: DescriptorListener;
  #gate: PromiseWithResolvers<void> | undefined;
  #isOpen = true;

  constructor(fd: number, listener: DescriptorListener) {
    this.#fd = fd;
    this.#listener = listener;
    libc.fcntl(fd, setFlags, libc.fcntl(fd, getFlags, 0) | nonBlocking);
    this.#reader = file(fd).stream().getReader();
    void this.#pump();
  }

  /** A chunk that is on its way already may still come. */
  pause(): void {
    this.#gate ??= Promise.withResolvers();
  }

  resume(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** Lets go: writers of a pipe get SIGPIPE, those on a terminal SIGHUP. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.resume();
    void this.#reader.cancel().catch(() => {});
    closeSync(this.#fd);
    this.#listener.end();
  }

  async #pump(): Promise<void> {
    try {
      while (this.#isOpen) {
        if (this.#gate) await this.#gate.promise;
        const { done, value } = await this.#reader.read();
        if (done || !value || !this.#isOpen) break;
        this.#listener.data(value);
      }
    } catch {
      // EIO is the end of a terminal that nobody has open any more.
      if (this.#isOpen) this.#readRest();
    }
    this.close();
  }

  /** The failure may come before all is read. */
  #readRest(): void {
    for (;;) {
      const chunk = Buffer.allocUnsafe(restBytes);
      const length = Number(libc.read(this.#fd, ptr(chunk), chunk.length));
      if (length <= 0) return;
      this.#listener.data(chunk.subarray(0, length));
    }
  }
}
