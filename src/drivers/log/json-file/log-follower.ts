import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";
import { LogSource } from "./log-source.ts";

/** The end of a container makes no event, and events may be late; so we look at least this often. */
const lookMs = 100;
/** A reader that stands still may not keep any number of deleted files on the disk. */
const mostFiles = 16;

/** Wakes the reader of a growing log, and keeps the files open that a rotation has put between it and the present. */
export class LogFollower {
  readonly #watcher: FSWatcher;
  readonly #signal: AbortSignal;
  #queue: LogSource[] = [];
  #wake: (() => void) | undefined;
  #isStale = false;

  constructor(path: string, signal: AbortSignal) {
    this.#signal = signal;
    this.#watcher = watch(dirname(path), { persistent: false }, () => this.#changed());
    this.#watcher.on("error", () => this.#changed());
    signal.addEventListener("abort", this.#changed);
  }

  /** A rotation has made a new current file at `path`. */
  rotated(path: string): void {
    this.#queue.push(new LogSource({ path, isCompressed: false }));
    while (this.#queue.length > mostFiles) this.#queue.shift()?.close();
    this.#changed();
  }

  /** The file behind the one that was read to its end. */
  nextFile(): LogSource | undefined {
    return this.#queue.shift();
  }

  /** Resolves at the next change since it last did, or after a moment. */
  async changed(): Promise<void> {
    if (!this.#isStale && !this.#signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, lookMs);
      await promise;
      clearTimeout(timer);
      this.#wake = undefined;
    }
    this.#isStale = false;
  }

  close(): void {
    this.#watcher.close();
    this.#signal.removeEventListener("abort", this.#changed);
    for (const source of this.#queue) source.close();
    this.#queue = [];
  }

  readonly #changed = (): void => {
    this.#isStale = true;
    this.#wake?.();
  };
}
