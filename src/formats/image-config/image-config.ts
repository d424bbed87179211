import { createHash } from "node:crypto";
import { type Digest, digestHex, sha256Digest } from "../digest/digest.ts";
import { formatPlatform, normalizePlatform, type Platform } from "../manifest/platform.ts";
import {
  dropUnset,
  ImageConfigError,
  optionalObject,
  optionalString,
  parseRunConfig,
  type RunConfig,
} from "./run-config.ts";

/** The config of an image: OCI's image configuration with what docker adds. Its digest is the image's id. */
export interface ImageConfig {
  readonly architecture: string;
  readonly variant?: string;
  readonly os: string;
  /** RFC 3339, to the nanosecond. */
  readonly created?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly docker_version?: string;
  /** The build container's id and config as old builders left them: shown to old clients only, so kept as they are. */
  readonly container?: string;
  readonly container_config?: Readonly<Record<string, unknown>>;
  readonly config: RunConfig;
  readonly rootfs: { readonly type: "layers"; readonly diff_ids: readonly Digest[] };
  readonly history: readonly HistoryEntry[];
}

export interface HistoryEntry {
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  /** The step changed no file, so it has no layer. */
  readonly empty_layer?: boolean;
}

/** Reads a config blob. Throws ImageConfigError for anything that is no config of a runnable image. */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  const fields = optionalObject(parseJson(bytes), "the whole");
  if (fields["rootfs"] === undefined) throw new ImageConfigError("invalid image config: rootfs is missing");
  const rootfs = optionalObject(fields["rootfs"], "rootfs");
  return dropUnset({
    architecture: optionalString(fields["architecture"], "architecture") ?? "",
    variant: optionalString(fields["variant"], "variant") || undefined,
    os: optionalString(fields["os"], "os") ?? "",
    created: optionalString(fields["created"], "created"),
    author: optionalString(fields["author"], "author"),
    comment: optionalString(fields["comment"], "comment"),
    docker_version: optionalString(fields["docker_version"], "docker_version"),
    container: optionalString(fields["container"], "container"),
    container_config:
      fields["container_config"] === undefined
        ? undefined
        : optionalObject(fields["container_config"], "container_config"),
    config: parseRunConfig(fields["config"]),
    rootfs: { type: "layers", diff_ids: list(rootfs["diff_ids"], "rootfs.diff_ids").map(diffId) },
    history: list(fields["history"], "history").map(historyEntry),
  });
}

/** The bytes under which a config made here is stored: the digest over them is the image's id. */
export function encodeImageConfig(config: ImageConfig): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(config));
}

export const platformOf = ({ os, architecture, variant = "" }: ImageConfig): Platform => ({
  os,
  architecture,
  variant,
});

/** Is it the same platform, whichever way each is spelled? */
export const isSamePlatform = (left: Platform, right: Platform): boolean =>
  formatPlatform(normalizePlatform(left)) === formatPlatform(normalizePlatform(right));

/**
 * The chain ids (hex) of a stack of layers, base first: each names a layer together with everything below it
 * (OCI image spec, "Layer ChainID").
 */
export function chainIds(diffIds: readonly Digest[]): readonly string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(
      below === undefined ? digestHex(diffId) : createHash("sha256").update(`sha256:${below} ${diffId}`).digest("hex"),
    );
  }
  return chain;
}

function historyEntry(value: unknown): HistoryEntry {
  const fields = optionalObject(value, "history");
  return dropUnset({
    created: optionalString(fields["created"], "history.created"),
    created_by: optionalString(fields["created_by"], "history.created_by"),
    author: optionalString(fields["author"], "history.author"),
    comment: optionalString(fields["comment"], "history.comment"),
    empty_layer: fields["empty_layer"] === true ? true : undefined,
  });
}

function diffId(value: unknown): Digest {
  try {
    return sha256Digest(String(value));
  } catch (cause) {
    throw new ImageConfigError(`invalid image config: rootfs.diff_ids: ${(cause as Error).message}`);
  }
}

function list(value: unknown, name: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new ImageConfigError(`invalid image config: ${name} is not a list`);
  return value;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new ImageConfigError(`invalid image config: ${(cause as Error).message}`);
  }
}
