/** At most `limit` holders at a time; the others wait in the order they came. */
export class Semaphore {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Would `acquire` have to wait? */
  get isFull(): boolean {
    return this.#free === 0;
  }

  /** Resolves to a place, which is given back by disposing of it. Rejects with the signal's reason when it aborts first. */
  async acquire(signal?: AbortSignal): Promise<Disposable> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (isHeld) this.#release();
        isHeld = false;
      },
    };
  }

  #release(): void {
    const [next] = this.#waiting;
    if (next) next();
    else this.#free++;
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const grant = () => {
      this.#waiting.delete(grant);
      signal?.removeEventListener("abort", abandon);
      resolve();
    };
    const abandon = () => {
      this.#waiting.delete(grant);
      reject(signal!.reason);
    };
    this.#waiting.add(grant);
    signal?.addEventListener("abort", abandon, { once: true });
    return promise;
  }
}
