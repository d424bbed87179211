import { KeyedLock } from "#base/concurrency/keyed-lock.ts";

/**
 * Layers and blobs that an operation on its way relies on, before (or without) a record that refers to them: garbage
 * collection leaves them alone. Keys are chain ids and digests. A pin waits for a collection that is going on, so what is
 * looked up or stored after it stays.
 */
export class ContentPins {
  readonly #counts = new Map<string, number>();
  readonly #lock = new KeyedLock();

  has(key: string): boolean {
    return this.#counts.has(key);
  }

  keys(): Iterable<string> {
    return this.#counts.keys();
  }

  /** Nothing new is pinned while `collect` runs, and no two of them run at once. */
  async whileCollecting<T>(collect: () => Promise<T>): Promise<T> {
    return this.#lock.run("content", collect);
  }

  /** A set of pins that are dropped together. */
  open(): Pinning {
    const held: string[] = [];
    return {
      pin: (...keys) =>
        this.#lock.run("content", () => {
          for (const key of keys) {
            held.push(key);
            this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
          }
        }),
      [Symbol.dispose]: () => {
        for (const key of held.splice(0)) this.#drop(key);
      },
    };
  }

  #drop(key: string): void {
    const count = this.#counts.get(key)! - 1;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }
}

export interface Pinning extends Disposable {
  pin(...keys: readonly string[]): Promise<void>;
}
