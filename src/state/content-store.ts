import { createHash, type Hash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, digestHex, isDigest } from "#formats/digest/digest.ts";

/** The bytes that came are not those that the digest names. */
export class DigestMismatchError extends Error {
  override readonly name = "DigestMismatchError";
  readonly expected: Digest;
  readonly actual: Digest;

  constructor(expected: Digest, actual: Digest) {
    super(`expected ${expected}, got ${actual}`);
    this.expected = expected;
    this.actual = actual;
  }
}

/** Writes smaller than this are gathered: each costs a trip to the thread pool. */
const writeBytes = 512 * 1024;

/**
 * Blobs named by the sha256 of their bytes, under `blobs/sha256/<hex>`. A blob is written under `blobs/incoming`, hashed on
 * the way, and gets its name by a rename after its bytes are on disk: what has a name is whole, also after a power cut, so
 * a database row may refer to it as soon as `finish` has resolved. The store keeps no references: its owner decides what
 * may go.
 */
export class ContentStore {
  readonly #blobs: string;
  readonly #incoming: string;
  #serial = 0;

  constructor(folder: string) {
    this.#blobs = join(folder, "sha256");
    this.#incoming = join(folder, "incoming");
  }

  /** Makes the folders and drops what a crash left half-written. Called once, before anything else. */
  async open(): Promise<void> {
    await mkdir(this.#blobs, { recursive: true, mode: 0o700 });
    await rm(this.#incoming, { recursive: true, force: true });
    await mkdir(this.#incoming, { mode: 0o700 });
  }

  has(digest: Digest): boolean {
    return existsSync(this.#path(digest));
  }

  /** A whole small blob (manifest, config). Rejects when it is missing. */
  async read(digest: Digest): Promise<Uint8Array> {
    return readFile(this.#path(digest));
  }

  /** The bytes of a blob in pieces. */
  async *stream(digest: Digest): AsyncGenerator<Uint8Array> {
    for await (const chunk of createReadStream(this.#path(digest), { highWaterMark: writeBytes }))
      yield chunk as Uint8Array;
  }

  async sizeBytes(digest: Digest): Promise<number> {
    return (await stat(this.#path(digest))).size;
  }

  /** Begins a blob. Its caller must `finish` or `discard` it. */
  async receive(): Promise<IncomingBlob> {
    const path = join(this.#incoming, String(++this.#serial));
    return new IncomingBlob(await open(path, "wx", 0o600), path, this.#blobs);
  }

  /** Stores bytes that are at hand. */
  async put(bytes: Uint8Array, expected?: Digest): Promise<Digest> {
    const blob = await this.receive();
    try {
      await blob.write(bytes);
      return (await blob.finish(expected)).digest;
    } catch (error) {
      await blob.discard();
      throw error;
    }
  }

  async digests(): Promise<readonly Digest[]> {
    return (await readdir(this.#blobs)).map((hex): Digest => `sha256:${hex}`).filter(isDigest);
  }

  /** Unknown ones are ignored. */
  async remove(digest: Digest): Promise<void> {
    await rm(this.#path(digest), { force: true });
  }

  #path(digest: Digest): string {
    return join(this.#blobs, digestHex(digest));
  }
}

export class IncomingBlob {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #blobs: string;
  readonly #hash: Hash = createHash("sha256");
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #sizeBytes = 0;
  #isClosed = false;
  #digest: Digest | undefined;

  constructor(file: FileHandle, path: string, blobs: string) {
    this.#file = file;
    this.#path = path;
    this.#blobs = blobs;
  }

  /** Keeps `chunk`, which must not be changed afterwards. Calls must not overlap. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    this.#sizeBytes += chunk.length;
    if (this.#pendingBytes >= writeBytes) await this.#flush();
  }

  /** The digest of all that was written; nothing may be written after it. */
  digest(): Digest {
    this.#digest ??= `sha256:${this.#hash.digest("hex")}`;
    return this.#digest;
  }

  /**
   * Makes the blob durable and visible. Throws DigestMismatchError when it is not the `expected` one; it must then be
   * discarded.
   */
  async finish(expected?: Digest): Promise<{ readonly digest: Digest; readonly sizeBytes: number }> {
    const digest = this.digest();
    if (expected !== undefined && expected !== digest) throw new DigestMismatchError(expected, digest);
    await this.#flush();
    await this.#file.datasync();
    await this.#close();
    await rename(this.#path, join(this.#blobs, digestHex(digest)));
    await syncFolder(this.#blobs);
    return { digest, sizeBytes: this.#sizeBytes };
  }

  /** Drops what was written. After `finish` it does nothing. */
  async discard(): Promise<void> {
    await this.#close();
    await rm(this.#path, { force: true });
  }

  async #flush(): Promise<void> {
    const chunks = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    let rest = Buffer.concat(chunks);
    while (rest.length > 0) rest = rest.subarray((await this.#file.write(rest)).bytesWritten);
  }

  async #close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#file.close();
  }
}

/** A rename survives a power cut only when the folder is on disk as well. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
