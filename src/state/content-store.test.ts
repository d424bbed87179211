import { afterEach, beforeEach, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Digest } from "#formats/digest/digest.ts";
import { ContentStore, DigestMismatchError } from "./content-store.ts";

let folder: string;
let store: ContentStore;
const text = new TextEncoder().encode("hello");
const digest: Digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "content-store-"));
  store = new ContentStore(folder);
  await store.open();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

test("a blob is found under the digest of its bytes", async () => {
  expect(await store.put(text)).toBe(digest);
  expect(store.has(digest)).toBe(true);
  expect(await store.sizeBytes(digest)).toBe(5);
  expect(Buffer.from(await store.read(digest)).toString()).toBe("hello");
  expect((await collect(store.stream(digest))).toString()).toBe("hello");
  expect(await store.digests()).toEqual([digest]);
});

test("a blob written in many pieces is whole", async () => {
  const blob = await store.receive();
  const hash = createHash("sha256");
  for (let i = 0; i < 40; i++) {
    const chunk = new Uint8Array(65_521).fill(i);
    hash.update(chunk);
    await blob.write(chunk);
  }
  const finished = await blob.finish();
  expect(finished).toEqual({ digest: `sha256:${hash.digest("hex")}`, sizeBytes: 40 * 65_521 });
  const stored = createHash("sha256").update(await collect(store.stream(finished.digest)));
  expect(`sha256:${stored.digest("hex")}`).toBe(finished.digest);
});

test("bytes that are not what the digest names never become visible", async () => {
  const failure = await store.put(new TextEncoder().encode("hellO"), digest).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DigestMismatchError);
  expect(await store.digests()).toEqual([]);
  expect(await readdir(join(folder, "incoming"))).toEqual([]);
});

test("an unfinished blob is not visible, and gone after the next start", async () => {
  const blob = await store.receive();
  await blob.write(text);
  expect(store.has(digest)).toBe(false);
  await writeFile(join(folder, "incoming", "left"), "x");
  const next = new ContentStore(folder);
  await next.open();
  expect(await readdir(join(folder, "incoming"))).toEqual([]);
  await blob.discard();
});

test("a removed blob is gone, and removing it again does no harm", async () => {
  await store.put(text);
  await store.remove(digest);
  await store.remove(digest);
  expect(store.has(digest)).toBe(false);
});
