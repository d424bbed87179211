import { type Digest, sha256Digest } from "../digest/digest.ts";
import { type Platform, platformRank } from "./platform.ts";

/** A pointer to content: what it is, how long, and its digest. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

/** What one image consists of: its config and its layers, base first. */
export interface ImageManifest {
  readonly kind: "image";
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** A list of images for different platforms. */
export interface ImageIndex {
  readonly kind: "index";
  readonly entries: readonly (Descriptor & { readonly platform: Platform | undefined })[];
}

export class ManifestError extends Error {
  override readonly name = "ManifestError";
  /** Of the old schema 1, which docker refuses with a notice of its own. */
  readonly isSchema1: boolean;

  constructor(message: string, isSchema1 = false) {
    super(message);
    this.isSchema1 = isSchema1;
  }
}

const ociManifest = "application/vnd.oci.image.manifest.v1+json";
const ociIndex = "application/vnd.oci.image.index.v1+json";
const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
const dockerList = "application/vnd.docker.distribution.manifest.list.v2+json";

/** For the Accept header, best first. Schema 1 is not among them, but old registries send it all the same. */
export const manifestMediaTypes: readonly string[] = [dockerManifest, dockerList, ociIndex, ociManifest];

/** Config blobs that are a runnable image, and not a chart, a plugin or another artifact. */
const imageConfigs = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
  // As old registries and builders sent them.
  "application/octet-stream",
  "application/json",
  "text/html",
  "",
]);

const maxLayers = 512;

/**
 * Reads a manifest of any kind. `contentType` is what the registry said, used only where the manifest does not say itself.
 * Throws ManifestError for what is no manifest or has no place here.
 */
export function parseManifest(bytes: Uint8Array, contentType: string): ImageManifest | ImageIndex {
  const manifest = parseObject(bytes);
  const said = typeof manifest["mediaType"] === "string" && manifest["mediaType"] !== "" ? manifest["mediaType"] : "";
  const mediaType = said === "" ? contentType.split(";")[0]!.trim() : said;
  if (manifest["schemaVersion"] === 1) throw new ManifestError("schema 1", true);
  if (mediaType === ociIndex || mediaType === dockerList) return index(manifest);
  if (mediaType === ociManifest || mediaType === dockerManifest) return image(manifest);
  // Without any type: told by what is in it.
  if (said === "" && Array.isArray(manifest["manifests"])) return index(manifest);
  if (said === "" && Array.isArray(manifest["layers"])) return image(manifest);
  throw new ManifestError(`unsupported manifest media type and no default available: ${mediaType}`);
}

/** The entry that runs best on `wanted`; of equal ones the first. */
export function chooseEntry(list: ImageIndex, wanted: Platform): Descriptor | undefined {
  let best: { entry: Descriptor; rank: number } | undefined;
  for (const entry of list.entries) {
    const rank = entry.platform && platformRank(entry.platform, wanted);
    if (rank !== undefined && (!best || rank < best.rank)) best = { entry, rank };
  }
  return best?.entry;
}

function image(manifest: Record<string, unknown>): ImageManifest {
  const config = descriptor(manifest["config"]);
  if (!imageConfigs.has(config.mediaType))
    throw new ManifestError(`invalid media type "${config.mediaType}" of the config: the artifact is not an image`);
  const layers = list(manifest["layers"], "layers").map(descriptor);
  if (layers.length > maxLayers) throw new ManifestError(`too many layers: ${layers.length}`);
  return { kind: "image", config, layers };
}

function index(manifest: Record<string, unknown>): ImageIndex {
  const entries = list(manifest["manifests"], "manifests").map((entry) => ({
    ...descriptor(entry),
    platform: platformOf((entry as Record<string, unknown>)["platform"]),
  }));
  return { kind: "index", entries };
}

function descriptor(value: unknown): Descriptor {
  if (!isObject(value)) throw new ManifestError("invalid manifest: a descriptor is missing");
  const { mediaType = "", digest, size } = value;
  if (typeof digest !== "string" || typeof mediaType !== "string")
    throw new ManifestError("invalid manifest: a descriptor without digest");
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)
    throw new ManifestError(`invalid manifest: wrong size of ${digest}`);
  try {
    return { mediaType, digest: sha256Digest(digest), size };
  } catch (cause) {
    throw new ManifestError(`invalid manifest: ${(cause as Error).message}`);
  }
}

/** Entries without a platform (and attestations, which say unknown/unknown) are never chosen. */
function platformOf(value: unknown): Platform | undefined {
  if (!isObject(value)) return undefined;
  const { os, architecture, variant = "" } = value;
  if (typeof os !== "string" || typeof architecture !== "string" || typeof variant !== "string") return undefined;
  return { os, architecture, variant };
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (isObject(value)) return value;
  } catch (cause) {
    throw new ManifestError(`invalid manifest: ${(cause as Error).message}`);
  }
  throw new ManifestError("invalid manifest: not a JSON object");
}

function list(value: unknown, name: string): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new ManifestError(`invalid manifest: ${name} is not a list`);
  return value;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
