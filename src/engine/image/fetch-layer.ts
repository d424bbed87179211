import type { Digest } from "#formats/digest/digest.ts";
import type { Descriptor } from "#formats/manifest/manifest.ts";
import type { RegistryRepository } from "#registry/registry-service.ts";
import { DigestMismatchError } from "#state/content-store.ts";
import type { ImageDeps } from "./image-deps.ts";
import { layersDoNotMatch, unpackFailed, verificationFailed } from "./image-errors.ts";
import type { LayerProgress } from "./layer-fetches.ts";
import { type UnpackedArchive, unpackArchive } from "./unpack-layer.ts";

export interface LayerOrder {
  readonly descriptor: Descriptor;
  readonly chainId: string;
  readonly parent: string | undefined;
  /** What the image's config promises; checked. */
  readonly diffId: Digest;
}

type FetchDeps = Pick<ImageDeps, "store" | "content" | "storage" | "unpacker" | "fetches" | "downloads">;
type Tell = (progress: LayerProgress) => void;

/**
 * Brings one layer from the registry into the storage driver: its bytes go at once into the content store and into the
 * unpacking child. Layers of an image do this side by side; each becomes visible after the one below it.
 */
export async function fetchLayer(
  deps: FetchDeps,
  repository: Pick<RegistryRepository, "blob">,
  order: LayerOrder,
  { tell, signal }: { readonly tell: Tell; readonly signal: AbortSignal },
): Promise<void> {
  const { chainId, parent, diffId, descriptor } = order;
  const parentReady = parent === undefined ? Promise.resolve() : deps.fetches.finished(parent);
  // Awaited below; until then its failure must not count as unhandled.
  parentReady.catch(() => {});
  if (deps.storage.stagesOverParent) await parentReady;
  if (deps.downloads.isFull) tell({ status: "Waiting" });
  await using undo = new AsyncDisposableStack();
  const { staged, layer } = await withPlace(deps, signal, async () => {
    const staged = await deps.storage.stage(parent);
    undo.defer(() => staged.discard());
    const layer = await downloadAndUnpack(deps, repository, descriptor, { staged, tell, signal });
    return { staged, layer };
  });
  if (layer.diffId !== diffId) throw layersDoNotMatch();
  tell({ status: "Extracting", current: descriptor.size, total: descriptor.size });
  await parentReady;
  signal.throwIfAborted();
  await staged.commit(chainId);
  undo.move();
  deps.store.saveLayer({ chainId, parent, diffId, sizeBytes: layer.contentBytes, blob: descriptor.digest });
  tell({ status: "Pull complete" });
}

async function withPlace<T>({ downloads }: FetchDeps, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  using _place = await downloads.acquire(signal);
  return await work();
}

type Target = {
  readonly staged: Parameters<typeof unpackArchive>[2]["staged"];
  readonly tell: Tell;
  readonly signal: AbortSignal;
};

async function downloadAndUnpack(
  deps: FetchDeps,
  repository: Pick<RegistryRepository, "blob">,
  descriptor: Descriptor,
  target: Target,
): Promise<UnpackedArchive> {
  return deps.fetches.once(descriptor.digest, async () => {
    target.signal.throwIfAborted();
    await using undo = new AsyncDisposableStack();
    const isStored = deps.content.has(descriptor.digest);
    const blob = isStored ? undefined : await deps.content.receive();
    if (blob) undo.defer(() => blob.discard());
    const source = isStored
      ? deps.content.stream(descriptor.digest)
      : counted(repository.blob(descriptor, target.signal), descriptor.size, target.tell);
    const { staged, signal } = target;
    const { unpacked, cancel } = await unpackArchive(deps, source, { staged, blob, signal });
    undo.defer(cancel);
    target.tell({ status: "Verifying Checksum" });
    try {
      await blob?.finish(descriptor.digest);
    } catch (error) {
      if (!(error instanceof DigestMismatchError)) throw error;
      throw verificationFailed("filesystem layer", descriptor.digest, error);
    }
    target.tell({ status: "Download complete" });
    const layer = await unpacked.catch((error: unknown) => {
      signal.throwIfAborted();
      throw unpackFailed(error);
    });
    undo.move();
    return layer;
  });
}

async function* counted(source: AsyncIterable<Uint8Array>, total: number, tell: Tell): AsyncGenerator<Uint8Array> {
  let current = 0;
  for await (const chunk of source) {
    current += chunk.length;
    tell({ status: "Downloading", current, total });
    yield chunk;
  }
}
