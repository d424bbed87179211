import type { Digest } from "#formats/digest/digest.ts";
import type { ImageConfig } from "#formats/image-config/image-config.ts";

/** An image as it is stored: the parsed config and what it stands on. Names are kept apart, they move. */
export interface ImageRecord {
  /** Digest of the config blob. */
  readonly id: Digest;
  readonly config: ImageConfig;
  /** Chain ids (hex), base first. */
  readonly layers: readonly string[];
  /** Bytes of the files of all layers. */
  readonly sizeBytes: number;
  /** The image it was built from, when that is known. */
  readonly parent?: Digest;
  /** RFC 3339; absent when it never got a tag by hand. */
  readonly lastTaggedAt?: string;
  /** Everything of it in the content store: config, manifests, compressed layers. */
  readonly blobs: readonly Digest[];
}

/** A layer that lies unpacked in the storage driver. */
export interface LayerRecord {
  readonly chainId: string;
  /** Chain id of the layer below. */
  readonly parent: string | undefined;
  readonly diffId: Digest;
  /** Bytes of its files. */
  readonly sizeBytes: number;
  /** The archive it was unpacked from, as it came. */
  readonly blob: Digest;
}
