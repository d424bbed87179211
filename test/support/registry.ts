import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

export interface PushedImage {
  readonly manifestDigest: string;
  readonly imageId: string;
}

export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** Folder with its blobs, for tests that damage them. */
  readonly folder: string;
  /** Publishes an image made of uncompressed layers; each is sent as gzip. */
  push(repository: string, tag: string, layers: readonly Uint8Array[], config?: object): Promise<PushedImage>;
}

export interface RegistryOptions {
  /** User and password it asks for. */
  readonly login?: { readonly user: string; readonly password: string };
}

/** Debian's docker-registry on loopback with an empty store, from here to the end of the test. */
export async function startRegistry({ login }: RegistryOptions = {}): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), "wherry-registry-"));
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  mkdirSync(join(folder, "store"));
  writeFileSync(join(folder, "config.yml"), registryConfig(folder, address, login !== undefined));
  if (login)
    writeFileSync(join(folder, "htpasswd"), `${login.user}:${await Bun.password.hash(login.password, "bcrypt")}\n`);
  const server = Bun.spawn(["docker-registry", "serve", join(folder, "config.yml")], {
    stdio: ["ignore", "ignore", Bun.file(join(folder, "log"))],
  });
  const headers: Record<string, string> = login
    ? { authorization: `Basic ${btoa(`${login.user}:${login.password}`)}` }
    : {};
  const url = `http://${address}/v2/`;
  await untilAnswering(url);
  return {
    address,
    folder: join(folder, "store"),
    push: (repository, tag, layers, config = {}) => push({ url, headers, repository, tag, layers, config }),
    async [Symbol.asyncDispose]() {
      server.kill();
      await server.exited;
      rmSync(folder, { recursive: true });
    },
  };
}

function registryConfig(folder: string, address: string, hasLogin: boolean): string {
  const auth = hasLogin ? `auth: {htpasswd: {realm: test, path: ${folder}/htpasswd}}\n` : "";
  return `version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: ${folder}/store}, delete: {enabled: true}}
http: {addr: "${address}"}
${auth}`;
}

async function untilAnswering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer) return;
    await Bun.sleep(50);
  }
  throw new Error(`no registry answers at ${url}`);
}

interface Push {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly repository: string;
  readonly tag: string;
  readonly layers: readonly Uint8Array[];
  readonly config: object;
}

async function push({ url, headers, repository, tag, layers, config }: Push): Promise<PushedImage> {
  const base = `${url}${repository}`;
  const upload = async (bytes: Uint8Array): Promise<{ size: number; digest: string }> => {
    const begun = await expectStatus(202, await fetch(`${base}/blobs/uploads/`, { method: "POST", headers }));
    const place = new URL(begun.headers.get("location")!, url);
    place.searchParams.set("digest", digestOf(bytes));
    const type = { "content-type": "application/octet-stream" };
    await expectStatus(
      201,
      await fetch(place, { method: "PUT", headers: { ...headers, ...type }, body: bytes as Uint8Array<ArrayBuffer> }),
    );
    return { size: bytes.length, digest: digestOf(bytes) };
  };
  const layerType = "application/vnd.docker.image.rootfs.diff.tar.gzip";
  const sent = [];
  for (const layer of layers)
    sent.push({ mediaType: layerType, ...(await upload(Bun.gzipSync(layer as Uint8Array<ArrayBuffer>))) });
  const image = {
    architecture: "amd64",
    os: "linux",
    created: "2026-01-02T03:04:05Z",
    config: { Cmd: ["sh"], ...config },
    rootfs: { type: "layers", diff_ids: layers.map(digestOf) },
    history: layers.map(() => ({ created: "2026-01-02T03:04:05Z", created_by: "test" })),
  };
  const configBytes = new TextEncoder().encode(JSON.stringify(image));
  const imageConfig = { mediaType: "application/vnd.docker.container.image.v1+json", ...(await upload(configBytes)) };
  const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType, config: imageConfig, layers: sent });
  const type = { "content-type": mediaType };
  const put = { method: "PUT", headers: { ...headers, ...type }, body: manifest };
  await expectStatus(201, await fetch(`${base}/manifests/${tag}`, put));
  return { manifestDigest: digestOf(new TextEncoder().encode(manifest)), imageId: digestOf(configBytes) };
}

async function expectStatus(status: number, answer: Response): Promise<Response> {
  if (answer.status !== status) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  return answer;
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
