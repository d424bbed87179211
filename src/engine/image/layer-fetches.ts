import type { Digest } from "#formats/digest/digest.ts";

/** What a pull is told of a layer on its way; `current` and `total` in bytes. */
export interface LayerProgress {
  readonly status:
    | "Waiting"
    | "Downloading"
    | "Verifying Checksum"
    | "Download complete"
    | "Extracting"
    | "Pull complete";
  readonly current?: number;
  readonly total?: number;
}

type Listener = (progress: LayerProgress) => void;
type Fetch = (tell: Listener, signal: AbortSignal) => Promise<void>;

interface Running {
  readonly done: Promise<void>;
  readonly controller: AbortController;
  readonly listeners: Set<Listener>;
  latest: LayerProgress | undefined;
}

/**
 * Layers on their way into the store, by chain id. Two pulls that want the same layer at the same time share the work; it
 * is aborted when the last of them has given up.
 */
export class LayerFetches {
  readonly #running = new Map<string, Running>();
  readonly #blobs = new Map<Digest, Promise<unknown>>();

  /** Joins the fetch of `chainId`, or starts it. Rejects with the fetch's failure, or with the reason of `signal`. */
  async join(chainId: string, fetch: Fetch, listener: Listener, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const running = this.#running.get(chainId) ?? this.#start(chainId, fetch);
    // Of its own for each who joined: their number decides who is the last.
    const hear: Listener = (progress) => listener(progress);
    running.listeners.add(hear);
    if (running.latest) hear(running.latest);
    const abandoned = Promise.withResolvers<never>();
    const abandon = () => abandoned.reject(signal.reason);
    signal.addEventListener("abort", abandon, { once: true });
    try {
      await Promise.race([running.done, abandoned.promise]);
    } finally {
      signal.removeEventListener("abort", abandon);
      running.listeners.delete(hear);
      if (running.listeners.size === 0 && this.#running.get(chainId) === running) {
        // Whoever comes now starts anew.
        this.#running.delete(chainId);
        running.controller.abort(signal.reason);
        // Until it has cleaned up after itself: then nothing of it is left when the pull reports its failure.
        await running.done.catch(() => {});
      }
    }
  }

  /** Resolves when the fetch of `chainId` is over, at once when there is none; rejects when it has failed. */
  async finished(chainId: string): Promise<void> {
    await this.#running.get(chainId)?.done;
  }

  /** Runs `download` alone for its digest: another layer of the same bytes waits and then finds the blob. */
  async once<T>(digest: Digest, download: () => Promise<T>): Promise<T> {
    for (let other = this.#blobs.get(digest); other; other = this.#blobs.get(digest)) await other.catch(() => {});
    const done = download();
    this.#blobs.set(digest, done);
    try {
      return await done;
    } finally {
      this.#blobs.delete(digest);
    }
  }

  #start(chainId: string, fetch: Fetch): Running {
    const controller = new AbortController();
    const listeners = new Set<Listener>();
    const tell = (progress: LayerProgress) => {
      running.latest = progress;
      for (const listener of listeners) listener(progress);
    };
    const running: Running = {
      controller,
      listeners,
      latest: undefined,
      // A turn later, so that `running` is there when the first word comes.
      done: Promise.resolve()
        .then(() => fetch(tell, controller.signal))
        .finally(() => {
          if (this.#running.get(chainId) === running) this.#running.delete(chainId);
        }),
    };
    // Those who joined hear of a failure; when all have left nobody does.
    running.done.catch(() => {});
    this.#running.set(chainId, running);
    return running;
  }
}
