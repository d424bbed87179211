import type { ContainerConfig } from "#api/types/container.ts";
import type { ImageDeleted, ProgressMessage } from "#api/types/image.ts";
import type { AuthConfig } from "#api/types/system.ts";
import { Semaphore } from "#base/concurrency/semaphore.ts";
import { messageOf } from "#base/errors/engine-error.ts";
import type { Database } from "#state/database.ts";
import { authenticate } from "./authenticate.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { ContentPins } from "./content-pins.ts";
import { type HistoryStep, imageHistory } from "./history.ts";
import type { ImageDeps } from "./image-deps.ts";
import { ImageStore } from "./image-store.ts";
import { type ImportRequest, importImage } from "./import.ts";
import { type InspectedImage, inspectImage } from "./inspect.ts";
import { LayerFetches } from "./layer-fetches.ts";
import { displayName, type ListedImage, type ListOptions, listImages } from "./list.ts";
import { type PullRequest, pullImage } from "./pull.ts";
import { type RemoveOptions, removeImage } from "./remove.ts";
import { resolveForContainer } from "./resolve-for-container.ts";
import { tagImage } from "./tag.ts";

export type { Credentials } from "#registry/registry-service.ts";
export type { HistoryStep, InspectedImage, ListedImage };

/** What a container needs to know of an image. */
export interface ResolvedImage {
  /** "sha256:…", the digest of the config blob. */
  readonly id: string;
  readonly os: string;
  readonly architecture: string;
  readonly variant: string;
  /** The image's own defaults: Cmd, Env, ExposedPorts, … */
  readonly config: ContainerConfig;
  /** Chain id (hex) of the topmost layer; undefined for an image without layers. */
  readonly topLayer: string | undefined;
  readonly repoTags: readonly string[];
}

/** The part of the image service that containers use. Both are synchronous: they read memory or sqlite only. */
export interface ImageResolver {
  /** By name, name@digest, id or unique id prefix. Throws `image.no-such` with docker's words. */
  resolve(ref: string): ResolvedImage;
  /** How `ps` shows the image of a container: the name while it still points there, else the id. */
  displayName(ref: string, id: string): string;
}

/** Told to the image service at wiring: which containers stand on an image, so that removal can refuse. */
export type ImageUsers = (imageId: string) => readonly { readonly id: string; readonly running: boolean }[];

/** What the daemon wires; the rest is the service's own. */
export interface ImageServiceOptions
  extends Pick<
    ImageDeps,
    "content" | "storage" | "unpacker" | "registry" | "events" | "logger" | "users" | "layersInUse" | "platform"
  > {
  readonly database: Database;
  /** Layers fetched at the same time, by all pulls together; docker's max-concurrent-downloads. */
  readonly maxConcurrentDownloads?: number;
  readonly now?: () => Date;
}

type Report = (record: ProgressMessage) => Promise<void>;

/** Images: the contents page. `open` comes first. */
export class ImageService implements ImageResolver {
  readonly #deps: ImageDeps;
  #unsubscribe: () => void = () => {};
  #collecting: Promise<unknown> = Promise.resolve();

  constructor({ database, maxConcurrentDownloads = 3, now = () => new Date(), ...options }: ImageServiceOptions) {
    this.#deps = {
      ...options,
      now,
      store: new ImageStore(database),
      pins: new ContentPins(),
      downloads: new Semaphore(maxConcurrentDownloads),
      fetches: new LayerFetches(),
    };
  }

  /** Opens the content store and removes what a crash left half-made. The storage driver must be open. */
  async open(): Promise<void> {
    await this.#deps.content.open();
    await collectGarbage(this.#deps);
    this.#unsubscribe = this.#deps.events.subscribe(undefined, ({ type, action }) => {
      if (type === "container" && action === "destroy") this.#collectAfterContainer();
    });
  }

  /** Resolves when nothing of the service's own work is left. */
  async close(): Promise<void> {
    this.#unsubscribe();
    await this.#collecting;
  }

  resolve(ref: string): ResolvedImage {
    return resolveForContainer(this.#deps, ref);
  }

  displayName(ref: string, id: string): string {
    return displayName(this.#deps, ref, id);
  }

  list(options: ListOptions): readonly ListedImage[] {
    return listImages(this.#deps, options);
  }

  inspect(ref: string): InspectedImage {
    return inspectImage(this.#deps, ref);
  }

  history(ref: string): readonly HistoryStep[] {
    return imageHistory(this.#deps, ref);
  }

  async pull(request: PullRequest, report: Report, signal: AbortSignal): Promise<void> {
    await pullImage(this.#deps, request, report, signal);
  }

  async import(request: ImportRequest, report: Report, signal: AbortSignal): Promise<void> {
    await importImage(this.#deps, request, report, signal);
  }

  tag(ref: string, repository: string, tag: string): "tagged" | "nothing-asked" {
    return tagImage(this.#deps, ref, repository, tag);
  }

  async remove(ref: string, options: RemoveOptions): Promise<readonly ImageDeleted[]> {
    return removeImage(this.#deps, ref, options);
  }

  async authenticate(credentials: AuthConfig, signal: AbortSignal): Promise<{ readonly identityToken: string }> {
    return authenticate(this.#deps, credentials, signal);
  }

  /** How many images there are, for `info`. */
  get count(): number {
    return this.#deps.store.count();
  }

  /** The container may have stood on layers of an image that was deleted by force under it. */
  #collectAfterContainer(): void {
    const { store, logger } = this.#deps;
    if (!store.hasLayerWithoutImage()) return;
    this.#collecting = collectGarbage(this.#deps).catch((error: unknown) =>
      logger.error(`could not remove unused layers: ${messageOf(error)}`),
    );
  }
}
