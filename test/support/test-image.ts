import { createHash } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { packTar } from "#formats/tar/tar-writer.ts";

export interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Uint8Array;
}

export interface TestLayer extends Blob {
  readonly diffId: string;
}

export interface TestImage {
  readonly manifest: Blob;
  readonly config: Blob;
  readonly layers: readonly TestLayer[];
}

export interface TestIndex {
  readonly manifest: Blob;
  readonly images: readonly TestImage[];
}

type Files = Readonly<Record<string, string | Uint8Array>>;
type Compress = "gzip" | "zstd" | "none";

const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
const dockerList = "application/vnd.docker.distribution.manifest.list.v2+json";

/** A layer with these files, by path. */
export function testLayer(files: Files, compress: Compress = "gzip"): TestLayer {
  const entries = Object.entries(files).map(
    ([path, content]) => ({ path, type: "file", mode: 0o644, content }) as const,
  );
  const archive = packTar(entries);
  const bytes = { gzip: gzipSync, zstd: zstdCompressSync, none: (plain: Uint8Array) => plain }[compress](archive);
  const suffix = compress === "none" ? "" : `.${compress}`;
  return { ...blob(bytes, `application/vnd.docker.image.rootfs.diff.tar${suffix}`), diffId: digestOf(archive) };
}

/** An image of these layers, base first; `config` is its run config. */
export function testImage(
  layers: readonly TestLayer[],
  {
    config = {},
    architecture = "amd64",
    diffIds = layers.map(({ diffId }) => diffId),
  }: {
    config?: object;
    architecture?: string;
    diffIds?: readonly string[];
  } = {},
): TestImage {
  const created = "2026-01-02T03:04:05Z";
  const history = layers.map(() => ({ created, created_by: "test" }));
  const whole = { architecture, os: "linux", created, config, rootfs: { type: "layers", diff_ids: diffIds }, history };
  const configBlob = jsonBlob(whole, "application/vnd.docker.container.image.v1+json");
  const manifest = jsonBlob(
    { schemaVersion: 2, mediaType: dockerManifest, config: descriptor(configBlob), layers: layers.map(descriptor) },
    dockerManifest,
  );
  return { manifest, config: configBlob, layers };
}

/** A list of images for different platforms. */
export function testIndex(images: readonly { image: TestImage; os: string; architecture: string }[]): TestIndex {
  const manifests = images.map(({ image, os, architecture }) => ({
    ...descriptor(image.manifest),
    platform: { os, architecture },
  }));
  return {
    manifest: jsonBlob({ schemaVersion: 2, mediaType: dockerList, manifests }, dockerList),
    images: images.map(({ image }) => image),
  };
}

/** Sends images to a registry that takes them without asking who we are. */
export async function pushImage(
  base: string,
  repository: string,
  tag: string,
  image: TestImage | TestIndex,
): Promise<void> {
  if ("images" in image) for (const one of image.images) await pushContents(base, repository, one, one.manifest.digest);
  if ("images" in image) await putManifest(base, repository, tag, image.manifest);
  else await pushContents(base, repository, image, tag);
}

async function pushContents(base: string, repository: string, image: TestImage, reference: string): Promise<void> {
  for (const { digest, bytes } of [image.config, ...image.layers]) {
    const begun = await fetch(`${base}/v2/${repository}/blobs/uploads/`, { method: "POST" });
    const upload = new URL(begun.headers.get("location")!, base);
    upload.searchParams.set("digest", digest);
    await expectOk(await fetch(upload, { method: "PUT", body: bytes }));
  }
  await putManifest(base, repository, reference, image.manifest);
}

async function putManifest(
  base: string,
  repository: string,
  reference: string,
  { bytes, mediaType }: Blob,
): Promise<void> {
  const url = `${base}/v2/${repository}/manifests/${reference}`;
  await expectOk(await fetch(url, { method: "PUT", body: bytes, headers: { "Content-Type": mediaType } }));
}

async function expectOk(response: Response): Promise<void> {
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
}

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const blob = (bytes: Uint8Array, mediaType: string): Blob => ({ mediaType, digest: digestOf(bytes), bytes });
const jsonBlob = (value: object, mediaType: string): Blob => blob(Buffer.from(JSON.stringify(value)), mediaType);
const descriptor = ({ mediaType, digest, bytes }: Blob) => ({ mediaType, digest, size: bytes.length });
