import { EventLog } from "#engine/events/event-log.ts";
import type { EngineEvent } from "#engine/events/events-service.ts";
import { ContentPins } from "#engine/image/content-pins.ts";
import type { ImageDeps } from "#engine/image/image-deps.ts";
import type { ImageRecord } from "#engine/image/image-record.ts";
import { ImageStore } from "#engine/image/image-store.ts";
import type { Digest } from "#formats/digest/digest.ts";
import type { RunConfig } from "#formats/image-config/run-config.ts";
import { Database } from "#state/database.ts";
import { FakeStorageDriver } from "./fake-storage-driver.ts";

interface ImageFacts {
  readonly names?: readonly string[];
  /** One digit each, base first; the chain id is the digit 64 times. */
  readonly layers?: string;
  readonly config?: RunConfig;
  readonly created?: string;
  readonly parent?: Digest;
}

export interface ImageUser {
  readonly id: string;
  readonly imageId: string;
  readonly running: boolean;
  readonly topLayer?: string;
}

/** What image operations need, in memory: real sqlite, a fake storage driver, a content store that only knows digests. */
export class EngineImages {
  readonly store = new ImageStore(new Database(":memory:"));
  readonly storage = new FakeStorageDriver();
  readonly pins = new ContentPins();
  readonly published: EngineEvent[] = [];
  readonly containers: ImageUser[] = [];
  readonly blobs = new Set<Digest>();
  readonly deps: Pick<ImageDeps, "store" | "storage" | "pins" | "content" | "events" | "users" | "layersInUse" | "now">;

  constructor() {
    const events = new EventLog();
    events.subscribe(undefined, (event) => this.published.push(event));
    const content = {
      digests: async () => [...this.blobs],
      remove: async (digest: Digest) => void this.blobs.delete(digest),
    };
    this.deps = {
      store: this.store,
      storage: this.storage,
      pins: this.pins,
      events,
      content: content as unknown as ImageDeps["content"],
      users: (imageId) => this.containers.filter((container) => container.imageId === imageId),
      layersInUse: () => this.containers.flatMap(({ topLayer }) => topLayer ?? []),
      now: () => new Date("2026-05-01T12:00:00Z"),
    };
  }

  /** Adds an image; `digit` makes its id. */
  async add(
    digit: string,
    { names = [], layers = digit, config = {}, created, parent }: ImageFacts = {},
  ): Promise<Digest> {
    const id: Digest = `sha256:${digit.repeat(64)}`;
    const chain = layers.split("").map((layer) => layer.repeat(64));
    for (const [i, chainId] of chain.entries()) await this.#addLayer(chainId, chain[i - 1]);
    const record: ImageRecord = {
      id,
      config: {
        architecture: "amd64",
        os: "linux",
        ...(created === undefined ? {} : { created }),
        config,
        rootfs: { type: "layers", diff_ids: chain.map((hex): Digest => `sha256:${hex}`) },
        history: [],
      },
      layers: chain,
      sizeBytes: chain.length,
      ...(parent === undefined ? {} : { parent }),
      blobs: [id, ...chain.map((hex): Digest => `sha256:${hex}`)],
    };
    for (const blob of record.blobs) this.blobs.add(blob);
    this.store.save(record);
    for (const name of names) this.store.setName(name, id);
    return id;
  }

  async #addLayer(chainId: string, parent: string | undefined): Promise<void> {
    const staged = this.storage.stage(parent);
    await staged.commit(chainId);
    this.store.saveLayer({ chainId, parent, diffId: `sha256:${chainId}`, sizeBytes: 1, blob: `sha256:${chainId}` });
  }
}
