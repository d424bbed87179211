import type { ContainerConfig } from "#api/types/container.ts";

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
  /** How `ps` shows the image of a container: the name while it still points there, else the short id. */
  displayName(ref: string, id: string): string;
}

/** Told to the image service at wiring: which containers stand on an image, so that removal can refuse. */
export type ImageUsers = (imageId: string) => readonly { readonly id: string; readonly running: boolean }[];
