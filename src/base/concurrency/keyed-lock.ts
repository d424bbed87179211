/**
 * One queue per key: work under the same key runs one after the other, different keys run side by side.
 * Not re-entrant. Never hold a lock while waiting for a person, a container or the network.
 */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `work` when all earlier work of `key` is over; its failure is the caller's, not the next one's. */
  async run<T>(key: string, work: () => T | Promise<T>): Promise<T> {
    const before = this.#tails.get(key);
    const { promise: done, resolve } = Promise.withResolvers<void>();
    this.#tails.set(key, done);
    try {
      if (before) await before;
      return await work();
    } finally {
      if (this.#tails.get(key) === done) this.#tails.delete(key);
      resolve();
    }
  }

  /** The keys that are locked now, for the state dump. */
  held(): string[] {
    return [...this.#tails.keys()];
  }
}
