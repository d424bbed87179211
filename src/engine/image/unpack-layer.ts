import type { StagedLayer } from "#drivers/storage/storage-driver.ts";
import { type Compression, detectCompression, magicLength } from "#formats/compression/compression.ts";
import { type Digest, sha256Digest } from "#formats/digest/digest.ts";
import type { IncomingBlob } from "#state/content-store.ts";
import type { ImageDeps } from "./image-deps.ts";
import type { Unpacking } from "./layer-unpacker.ts";

export interface UnpackedArchive {
  readonly diffId: Digest;
  readonly contentBytes: number;
}

/** An archive that has been read to its end. */
export interface ArchiveRead {
  /** Rejects when it could not be unpacked. */
  readonly unpacked: Promise<UnpackedArchive>;
  /** Ends the unpacking child if it still runs, and resolves when it is gone: then the staged folder may be removed. */
  readonly cancel: () => Promise<void>;
}

/**
 * Reads an archive once: into a staged layer, and at the same time into a blob when one is given. The blob is not finished
 * and the layer not committed then. When unpacking fails the rest is still read, so that the blob's digest tells whether
 * the archive was damaged on its way. Rejects when the source fails; no child is left then.
 */
export async function unpackArchive(
  { unpacker }: Pick<ImageDeps, "unpacker">,
  source: AsyncIterable<Uint8Array>,
  { staged, blob, signal }: { staged: StagedLayer; blob: IncomingBlob | undefined; signal: AbortSignal },
): Promise<ArchiveRead> {
  const controller = new AbortController();
  const start = (compression: Compression): Unpacking =>
    unpacker.unpack({
      root: staged.root,
      whiteouts: staged.whiteouts,
      compression,
      signal: AbortSignal.any([signal, controller.signal]),
    });
  let unpacking: Unpacking | undefined;
  let hasFailed = false;
  const feed = async (chunk: Uint8Array) => {
    unpacking ??= start(detectCompression(chunk));
    if (hasFailed) return;
    await unpacking.write(chunk).catch(() => {
      hasFailed = true;
    });
  };
  const cancel = async () => {
    controller.abort();
    await unpacking?.done.catch(() => {});
  };
  try {
    for await (const chunk of startingWith(source, magicLength)) {
      signal.throwIfAborted();
      await Promise.all([blob?.write(chunk), feed(chunk)]);
    }
  } catch (error) {
    await cancel();
    throw error;
  }
  unpacking ??= start("none");
  unpacking.end();
  const unpacked = unpacking.done.then(({ diffId, contentBytes }) => ({ diffId: sha256Digest(diffId), contentBytes }));
  // Whoever asks later hears of the failure; until then it is not "unhandled".
  unpacked.catch(() => {});
  return { unpacked, cancel };
}

/** The same bytes, with a first piece of at least `length` (unless there are fewer in all). */
async function* startingWith(source: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array();
  for await (const chunk of source) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (head.length < length) continue;
    yield head;
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield head;
}
