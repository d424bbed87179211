import { setTimeout as sleep } from "node:timers/promises";
import { errno, libc, ptr } from "./libc.ts";

const setFlags = 4;
const writeOnly = 1;
const readWrite = 2;
const nonBlocking = 0o4000;
const tryAgain = 11;
const longestPauseMs = 8;

/**
 * Writes to a pipe or a terminal without ever blocking a thread: when it is full we look again after a moment. Owns the
 * descriptor from here on. Writes are done in order.
 */
export class DescriptorWriter {
  #fd: number;
  #last: Promise<unknown> = Promise.resolve();
  #isOpen = true;

  /** A terminal's descriptor is opened for both directions, a pipe's for one. */
  constructor(fd: number, kind: "pipe" | "terminal") {
    this.#fd = fd;
    libc.fcntl(fd, setFlags, nonBlocking | (kind === "pipe" ? writeOnly : readWrite));
  }

  /** Resolves when all is handed over; false when the reader has gone or `close` was called. */
  write(chunk: Uint8Array): Promise<boolean> {
    const writing = this.#last.then(() => this.#writeAll(chunk));
    this.#last = writing;
    return writing;
  }

  /** Closes when what was asked before is written. */
  end(): void {
    void this.#last.then(() => this.close());
  }

  /** Closes now; what is not written yet is dropped. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    libc.close(this.#fd);
  }

  async #writeAll(chunk: Uint8Array): Promise<boolean> {
    let pauseMs = 1;
    for (let at = 0; at < chunk.length; ) {
      if (!this.#isOpen) return false;
      const rest = chunk.subarray(at);
      const written = Number(libc.write(this.#fd, ptr(rest), rest.length));
      if (written > 0) {
        at += written;
        pauseMs = 1;
      } else if (errno() === tryAgain) {
        await sleep(pauseMs);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      } else {
        this.close();
        return false;
      }
    }
    return this.#isOpen;
  }
}
