import type { ProgressMessage } from "#api/types/image.ts";
import { buildInfo } from "#base/diagnostics/build-info.ts";
import { type Digest, digestHex, digestOf } from "#formats/digest/digest.ts";
import { applyChanges } from "#formats/image-config/config-changes.ts";
import { encodeImageConfig, type ImageConfig } from "#formats/image-config/image-config.ts";
import { InstructionError } from "#formats/image-config/instruction-words.ts";
import { dropUnset, type RunConfig } from "#formats/image-config/run-config.ts";
import type { Platform } from "#formats/manifest/platform.ts";
import { parseReference, type Reference, withDefaultTag, withTag } from "#formats/reference/reference.ts";
import { collectGarbage } from "./collect-garbage.ts";
import type { Pinning } from "./content-pins.ts";
import type { ImageDeps } from "./image-deps.ts";
import { digestNotAllowed, importFailed, invalidChange, urlImport } from "./image-errors.ts";
import type { ImageRecord } from "./image-record.ts";
import { publishImageEvent } from "./publish-event.ts";
import { requestedPlatform } from "./requested-platform.ts";
import { refusing } from "./resolve.ts";
import { nameImage } from "./tag.ts";
import { unpackArchive } from "./unpack-layer.ts";

export interface ImportRequest {
  /** "-" for the body; a URL is refused. */
  readonly from: string;
  /** The archive: a tar, bare or compressed. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Empty: the image gets no name. */
  readonly repository: string;
  readonly tag: string;
  readonly message: string;
  /** Dockerfile instructions that set the config. */
  readonly changes: readonly string[];
  readonly platform: string;
}

/** Makes an image of one layer out of an archive of a root file system and reports its id. */
export async function importImage(
  deps: ImageDeps,
  request: ImportRequest,
  report: (record: ProgressMessage) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const platform = requestedPlatform(deps, request.platform);
  const name = importName(request.repository, request.tag);
  const config = changedConfig(request.changes);
  if (request.from !== "-") throw urlImport(request.from);
  const pinning = deps.pins.open();
  let image: ImageRecord;
  try {
    const layer = await storeLayer(deps, request.body, pinning, signal);
    image = await saveImage(
      deps,
      { ...layer, platform, config, message: request.message || "Imported from -" },
      pinning,
    );
  } catch (error) {
    pinning[Symbol.dispose]();
    await collectGarbage(deps);
    throw error;
  }
  pinning[Symbol.dispose]();
  if (name) nameImage(deps, image, name);
  publishImageEvent(deps, "import", image);
  await report({ status: image.id });
}

function importName(repository: string, tag: string): Reference | undefined {
  if (repository === "") return undefined;
  return refusing(() => {
    const reference = parseReference(repository);
    if (reference.digest !== undefined) throw digestNotAllowed();
    return withDefaultTag(tag === "" ? reference : withTag(reference, tag));
  });
}

function changedConfig(changes: readonly string[]): RunConfig {
  try {
    return applyChanges({}, changes);
  } catch (error) {
    if (error instanceof InstructionError) throw invalidChange(error);
    throw error;
  }
}

interface ImportedLayer {
  readonly diffId: Digest;
  readonly sizeBytes: number;
  readonly blob: Digest;
}

async function storeLayer(
  deps: ImageDeps,
  body: AsyncIterable<Uint8Array>,
  pinning: Pinning,
  signal: AbortSignal,
): Promise<ImportedLayer> {
  await using undo = new AsyncDisposableStack();
  const blob = await deps.content.receive();
  undo.defer(() => blob.discard());
  const staged = await deps.storage.stage(undefined);
  undo.defer(() => staged.discard());
  const { unpacked, cancel } = await unpackArchive(deps, body, { staged, blob, signal });
  undo.defer(cancel);
  const { diffId, contentBytes } = await unpacked.catch((error: unknown) => {
    signal.throwIfAborted();
    throw importFailed(error);
  });
  const digest = blob.digest();
  await pinning.pin(digestHex(diffId), digest);
  await blob.finish();
  await staged.commit(digestHex(diffId));
  undo.move();
  deps.store.saveLayer({
    chainId: digestHex(diffId),
    parent: undefined,
    diffId,
    sizeBytes: contentBytes,
    blob: digest,
  });
  return { diffId, sizeBytes: contentBytes, blob: digest };
}

async function saveImage(
  deps: ImageDeps,
  {
    diffId,
    sizeBytes,
    blob,
    platform,
    config,
    message,
  }: ImportedLayer & { platform: Platform; config: RunConfig; message: string },
  pinning: Pinning,
): Promise<ImageRecord> {
  const created = deps.now().toISOString();
  const imageConfig: ImageConfig = dropUnset({
    architecture: platform.architecture,
    variant: platform.variant || undefined,
    os: platform.os,
    created,
    comment: message,
    docker_version: buildInfo.version,
    config,
    rootfs: { type: "layers" as const, diff_ids: [diffId] },
    history: [{ created, comment: message }],
  });
  const bytes = encodeImageConfig(imageConfig);
  const id = digestOf(bytes);
  await pinning.pin(id);
  await deps.content.put(bytes, id);
  const image: ImageRecord = {
    id,
    config: imageConfig,
    layers: [digestHex(diffId)],
    sizeBytes,
    blobs: [id, blob],
  };
  deps.store.save(image);
  return image;
}
