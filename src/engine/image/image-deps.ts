import type { Semaphore } from "#base/concurrency/semaphore.ts";
import type { Logger } from "#base/diagnostics/logger.ts";
import type { StorageDriver } from "#drivers/storage/storage-driver.ts";
import type { Platform } from "#formats/manifest/platform.ts";
import type { RegistryService } from "#registry/registry-service.ts";
import type { ContentStore } from "#state/content-store.ts";
import type { EventsService } from "../events/events-service.ts";
import type { ContentPins } from "./content-pins.ts";
import type { ImageUsers } from "./image-service.ts";
import type { ImageStore } from "./image-store.ts";
import type { LayerFetches } from "./layer-fetches.ts";
import type { LayerUnpacker } from "./layer-unpacker.ts";

/** What the operations on images work with; each takes the part that it needs. */
export interface ImageDeps {
  readonly store: ImageStore;
  readonly content: ContentStore;
  readonly storage: StorageDriver;
  readonly unpacker: LayerUnpacker;
  readonly registry: RegistryService;
  readonly events: EventsService;
  readonly logger: Logger;
  readonly users: ImageUsers;
  /** Topmost chain ids (hex) of all containers: their layers stay, whatever becomes of the image. */
  readonly layersInUse: () => Iterable<string>;
  /** What images are pulled for, unless the client asks for another. */
  readonly platform: Platform;
  readonly now: () => Date;
  readonly pins: ContentPins;
  readonly downloads: Semaphore;
  readonly fetches: LayerFetches;
}
