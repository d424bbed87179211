import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProgressMessage } from "#api/types/image.ts";
import { Logger } from "#base/diagnostics/logger.ts";
import { OverlayDriver } from "#drivers/storage/overlay/overlay-driver.ts";
import type { StorageDriver } from "#drivers/storage/storage-driver.ts";
import { VfsDriver } from "#drivers/storage/vfs/vfs-driver.ts";
import { EventLog } from "#engine/events/event-log.ts";
import type { EngineEvent } from "#engine/events/events-service.ts";
import { ImageService } from "#engine/image/image-service.ts";
import { UnpackClient } from "#reexec/unpack-client.ts";
import { RegistryClient, type RegistryOptions } from "#registry/registry-client.ts";
import { ContentStore } from "#state/content-store.ts";
import { DataRoot } from "#state/data-root.ts";
import { Database } from "#state/database.ts";

interface WorldOptions extends Partial<RegistryOptions> {
  readonly driver?: "overlay2" | "vfs";
  /** A folder to use again. */
  readonly root?: string;
}

export interface Container {
  readonly id: string;
  readonly imageId: string;
  readonly topLayer: string;
  running: boolean;
}

/** The image service over real storage, a real content store and real children, in a folder of its own. Needs root. */
export class ImageWorld implements AsyncDisposable {
  readonly root: string;
  readonly images: ImageService;
  readonly storage: StorageDriver;
  readonly containers: Container[] = [];
  readonly events: EngineEvent[] = [];
  readonly log: EventLog = new EventLog();
  readonly #paths: DataRoot;
  readonly #database: Database;

  private constructor({ driver = "overlay2", root, ...registry }: WorldOptions) {
    this.root = root ?? mkdtempSync(join(tmpdir(), "wherry-images-"));
    this.#paths = new DataRoot(this.root, join(this.root, "run"));
    const folder = this.#paths.storage(driver);
    mkdirSync(folder, { recursive: true });
    this.storage = driver === "vfs" ? new VfsDriver(folder) : new OverlayDriver(folder);
    this.storage.open();
    this.#database = new Database(this.#paths.database);
    this.log.subscribe(undefined, (event) => this.events.push(event));
    this.images = new ImageService({
      database: this.#database,
      content: new ContentStore(this.#paths.blobs),
      storage: this.storage,
      unpacker: new UnpackClient([process.execPath, join(import.meta.dir, "reexec-entry.ts")]),
      registry: new RegistryClient(() => ({
        userAgent: "wherry-test",
        certificateFolders: [],
        retry: { maxFailures: 3, delayMilliseconds: () => 1 },
        ...registry,
      })),
      events: this.log,
      logger: new Logger({ level: "error", format: "text", coloured: false, write: () => {} }),
      users: (imageId) => this.containers.filter((container) => container.imageId === imageId),
      layersInUse: () => this.containers.map(({ topLayer }) => topLayer),
      platform: { os: "linux", architecture: "amd64", variant: "" },
    });
  }

  static async open(options: WorldOptions = {}): Promise<ImageWorld> {
    const world = new ImageWorld(options);
    await world.images.open();
    return world;
  }

  /** Pulls and answers with the records that a client would have seen. */
  async pull(
    image: string,
    options: { tag?: string; platform?: string; user?: readonly [string, string]; signal?: AbortSignal } = {},
  ): Promise<readonly ProgressMessage[]> {
    const { tag = "", platform = "", user, signal = new AbortController().signal } = options;
    const credentials = user && { username: user[0], password: user[1], identityToken: "", registryToken: "" };
    const records: ProgressMessage[] = [];
    const report = async (record: ProgressMessage) => void records.push(record);
    await this.images.pull({ image, tag, platform, credentials }, report, signal);
    return records;
  }

  /** Everything that images have left on disk. */
  leftovers(): { blobs: number; incoming: number; layers: number; staging: number } {
    const count = (...path: string[]) => readdirSync(join(this.root, ...path)).length;
    return {
      blobs: count("blobs/sha256"),
      incoming: count("blobs/incoming"),
      layers: this.storage.layers().length,
      staging: count(this.storage.name, "staging"),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Leaves the folder, for a world that is opened on it after this one. */
  async close(): Promise<void> {
    await this.images.close();
    this.#database.close();
    await this.storage.close();
  }
}

export const nothing = { blobs: 0, incoming: 0, layers: 0, staging: 0 };
