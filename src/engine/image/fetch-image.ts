import { type Digest, shortId } from "#formats/digest/digest.ts";
import { chainIds, type ImageConfig, parseImageConfig } from "#formats/image-config/image-config.ts";
import { ImageConfigError } from "#formats/image-config/run-config.ts";
import {
  chooseEntry,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  ManifestError,
  parseManifest,
} from "#formats/manifest/manifest.ts";
import type { Platform } from "#formats/manifest/platform.ts";
import { familiarReference, type Reference } from "#formats/reference/reference.ts";
import type { RegistryRepository } from "#registry/registry-service.ts";
import { DigestMismatchError } from "#state/content-store.ts";
import type { Pinning } from "./content-pins.ts";
import { fetchLayer, type LayerOrder } from "./fetch-layer.ts";
import type { ImageDeps } from "./image-deps.ts";
import {
  invalidImage,
  layersDoNotMatch,
  noMatchingPlatform,
  schema1Refused,
  verificationFailed,
  wrongOperatingSystem,
} from "./image-errors.ts";
import type { ImageRecord } from "./image-record.ts";
import type { LayerProgress } from "./layer-fetches.ts";
import { progressBar } from "./progress-bar.ts";
import type { ProgressReporter } from "./progress-reporter.ts";

export interface FetchContext {
  readonly deps: ImageDeps;
  readonly repository: RegistryRepository;
  readonly platform: Platform;
  readonly progress: ProgressReporter;
  readonly pinning: Pinning;
  readonly signal: AbortSignal;
}

/** No config of a real image comes near this. */
const maxConfigBytes = 8 * 1024 * 1024;

/**
 * Brings manifest, config and layers of one reference into the stores, all of it pinned, and answers with the record to
 * save and the digest that the reference points at (of the list, where there is one).
 */
export async function fetchImage(
  context: FetchContext,
  reference: Reference,
): Promise<{ readonly image: ImageRecord; readonly digest: Digest }> {
  const { deps, progress, platform } = context;
  const top = await fetchManifest(context, reference, reference.digest ?? reference.tag!);
  progress.tell({ status: `Pulling from ${reference.path}`, id: reference.tag ?? familiarReference(reference) });
  const digests = [top.digest];
  let { manifest } = top;
  if (manifest.kind === "index") {
    const entry = chooseEntry(manifest, platform);
    if (!entry) throw noMatchingPlatform(platform);
    const chosen = await fetchManifest(context, reference, entry.digest);
    digests.push(chosen.digest);
    manifest = chosen.manifest;
  }
  if (manifest.kind === "index") throw invalidImage(new ManifestError("invalid manifest: a list within a list"));
  const config = await fetchConfig(context, manifest.config);
  if (config.os !== "" && config.os !== platform.os && platform.os === "linux") throw wrongOperatingSystem(config.os);
  const orders = layerOrders(manifest, config);
  const known = deps.store.get(manifest.config.digest);
  // An image that is here has its layers: docker then says nothing about them.
  if (!known) await fetchLayers(context, orders);
  const layers = orders.map(({ chainId }) => deps.store.layer(chainId)!);
  const blobs = [manifest.config.digest, ...digests, ...layers.map(({ blob }) => blob), ...(known?.blobs ?? [])];
  const image: ImageRecord = {
    ...known,
    id: manifest.config.digest,
    config,
    layers: orders.map(({ chainId }) => chainId),
    sizeBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    blobs: [...new Set(blobs)],
  };
  return { image, digest: top.digest };
}

interface Manifest {
  readonly manifest: ImageManifest | ImageIndex;
  readonly digest: Digest;
}

async function fetchManifest(context: FetchContext, reference: Reference, tagOrDigest: string): Promise<Manifest> {
  const { deps, repository, pinning, signal } = context;
  const digest = tagOrDigest.includes(":") ? (tagOrDigest as Digest) : await repository.resolve(tagOrDigest, signal);
  if (digest !== undefined) {
    await pinning.pin(digest);
    // Manifests are counted by registries that limit pulls: what is here is not asked for again.
    if (deps.content.has(digest))
      return { digest, manifest: readManifest(await deps.content.read(digest), "", reference) };
  }
  const fetched = await repository.manifest(digest ?? tagOrDigest, signal);
  const manifest = readManifest(fetched.bytes, fetched.contentType, reference);
  await pinning.pin(fetched.digest);
  await deps.content.put(fetched.bytes, fetched.digest);
  return { digest: fetched.digest, manifest };
}

function readManifest(bytes: Uint8Array, contentType: string, reference: Reference): ImageManifest | ImageIndex {
  try {
    return parseManifest(bytes, contentType);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    throw error.isSchema1 ? schema1Refused(reference) : invalidImage(error);
  }
}

async function fetchConfig(
  { deps, repository, pinning, signal }: FetchContext,
  descriptor: Descriptor,
): Promise<ImageConfig> {
  await pinning.pin(descriptor.digest);
  if (!deps.content.has(descriptor.digest)) {
    if (descriptor.size > maxConfigBytes)
      throw invalidImage(new ImageConfigError(`invalid image config: ${descriptor.size} bytes are too many`));
    const bytes = await collect(repository.blob(descriptor, signal));
    try {
      await deps.content.put(bytes, descriptor.digest);
    } catch (error) {
      if (!(error instanceof DigestMismatchError)) throw error;
      throw verificationFailed("image config", descriptor.digest, error);
    }
  }
  try {
    return parseImageConfig(await deps.content.read(descriptor.digest));
  } catch (error) {
    if (error instanceof ImageConfigError) throw invalidImage(error);
    throw error;
  }
}

function layerOrders(manifest: ImageManifest, config: ImageConfig): readonly LayerOrder[] {
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== manifest.layers.length) throw layersDoNotMatch();
  const chain = chainIds(diffIds);
  return manifest.layers.map((descriptor, i) => ({
    descriptor,
    diffId: diffIds[i]!,
    chainId: chain[i]!,
    parent: chain[i - 1],
  }));
}

/** All layers side by side; the first failure ends the others. */
async function fetchLayers(context: FetchContext, orders: readonly LayerOrder[]): Promise<void> {
  const { deps, repository, progress, pinning } = context;
  await pinning.pin(...orders.flatMap(({ chainId, descriptor }) => [chainId, descriptor.digest]));
  const missing: LayerOrder[] = [];
  for (const order of orders) {
    const isThere = deps.storage.hasLayer(order.chainId) && deps.store.layer(order.chainId) !== undefined;
    if (!isThere) missing.push(order);
    const status = isThere ? "Already exists" : "Pulling fs layer";
    progress.tell({ status, progressDetail: {}, id: shortId(order.descriptor.digest) });
  }
  const failure = new AbortController();
  const signal = AbortSignal.any([context.signal, failure.signal]);
  const fetches = missing.map(async (order) => {
    try {
      await deps.fetches.join(
        order.chainId,
        (tell, signal) => fetchLayer(deps, repository, order, { tell, signal }),
        (layer) => tellLayer(progress, order.descriptor, layer),
        signal,
      );
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(fetches);
  context.signal.throwIfAborted();
  failure.signal.throwIfAborted();
}

function tellLayer(progress: ProgressReporter, { digest }: Descriptor, layer: LayerProgress): void {
  const id = shortId(digest);
  const { status, current, total } = layer;
  if (current === undefined || total === undefined) return progress.tell({ status, progressDetail: {}, id });
  const record = { status, progressDetail: { current, total }, progress: progressBar(current, total), id };
  if (status === "Downloading") progress.tellTransient(id, record);
  else progress.tell(record);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
