import type { ProgressMessage } from "#api/types/image.ts";

/** A count that moves is told at most this often for each line. */
const transientMilliseconds = 100;

/**
 * Sends the records of a progress stream in order and without making the work wait: a slow client misses counts in between,
 * never a change of state.
 */
export class ProgressReporter {
  readonly #report: (record: ProgressMessage) => Promise<void>;
  readonly #queue: ProgressMessage[] = [];
  readonly #lastTransient = new Map<string, number>();
  #sending: Promise<void> = Promise.resolve();
  #isSending = false;

  constructor(report: (record: ProgressMessage) => Promise<void>) {
    this.#report = report;
  }

  tell(record: ProgressMessage): void {
    this.#queue.push(record);
    if (this.#isSending) return;
    this.#isSending = true;
    this.#sending = this.#drain();
    // Heard by `sent`; a client that has gone also aborts the work.
    this.#sending.catch(() => {});
  }

  /** A count of line `id`: dropped when the client is behind or has just got one. */
  tellTransient(id: string, record: ProgressMessage): void {
    const now = performance.now();
    if (this.#isSending || now - (this.#lastTransient.get(id) ?? -Infinity) < transientMilliseconds) return;
    this.#lastTransient.set(id, now);
    this.tell(record);
  }

  /** Resolves when everything told so far is with the client; rejects when that failed. */
  async sent(): Promise<void> {
    await this.#sending;
  }

  async #drain(): Promise<void> {
    for (let record = this.#queue.shift(); record; record = this.#queue.shift()) await this.#report(record);
    this.#isSending = false;
  }
}
