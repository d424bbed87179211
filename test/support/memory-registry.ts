import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Blob, TestImage, TestIndex } from "./test-image.ts";

/** What the registry does when a blob is asked for. */
export type BlobBehaviour = (request: { readonly digest: string; readonly offset: number }) =>
  | undefined
  /** Hangs up after so many bytes of the answer. */
  | { readonly cutAfterBytes: number }
  | { readonly status: number }
  /** The bytes come from elsewhere. */
  | { readonly redirectTo: string }
  /** Ignores Range. */
  | "whole"
  /** Answers when this resolves. */
  | Promise<void>;

/** A registry in memory that misbehaves as told, and remembers what it was asked. */
export class MemoryRegistry implements AsyncDisposable {
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingMessage["headers"];
  }[] = [];
  behaviour: BlobBehaviour = () => undefined;
  readonly #blobs = new Map<string, Blob>();
  readonly #manifests = new Map<string, Blob>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<MemoryRegistry> {
    const registry = new MemoryRegistry();
    await new Promise<void>((resolve) => registry.#server.listen(0, "127.0.0.1", resolve));
    return registry;
  }

  get authority(): string {
    return `127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  add(repository: string, tag: string, image: TestImage | TestIndex): void {
    const images = "images" in image ? image.images : [image];
    for (const { config, layers, manifest } of images) {
      for (const blob of [config, ...layers]) this.#blobs.set(blob.digest, blob);
      this.#manifests.set(`${repository} ${manifest.digest}`, manifest);
    }
    this.#manifests.set(`${repository} ${tag}`, image.manifest);
    this.#manifests.set(`${repository} ${image.manifest.digest}`, image.manifest);
  }

  /** How often the bytes of a blob were asked for. */
  downloadsOf(digest: string): number {
    return this.requests.filter(({ method, path }) => method === "GET" && path.endsWith(`/blobs/${digest}`)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    this.requests.push({ method, path: url, headers });
    const match = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url);
    if (!match) return void response.end("{}");
    const [, repository, kind, reference] = match;
    if (kind === "blobs") return this.#sendBlob(request, response, reference!);
    const manifest = this.#manifests.get(`${repository} ${reference}`);
    if (!manifest) return notFound(response, "MANIFEST_UNKNOWN", "manifest unknown");
    response.writeHead(200, {
      "Content-Type": manifest.mediaType,
      "Docker-Content-Digest": manifest.digest,
      "Content-Length": manifest.bytes.length,
    });
    response.end(method === "HEAD" ? undefined : manifest.bytes);
  }

  async #sendBlob(request: IncomingMessage, response: ServerResponse, digest: string): Promise<void> {
    const found = this.#blobs.get(digest);
    if (!found) return notFound(response, "BLOB_UNKNOWN", "blob unknown to registry");
    const asked = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const behaviour = this.behaviour({ digest, offset: asked });
    if (behaviour instanceof Promise) await behaviour;
    else if (typeof behaviour === "object" && "status" in behaviour)
      return void response.writeHead(behaviour.status).end();
    else if (typeof behaviour === "object" && "redirectTo" in behaviour)
      return void response.writeHead(307, { Location: behaviour.redirectTo }).end();
    const offset = behaviour === "whole" ? 0 : asked;
    const bytes = found.bytes.subarray(offset);
    response.writeHead(offset === 0 ? 200 : 206, {
      "Content-Length": bytes.length,
      ...(offset === 0 ? {} : { "Content-Range": `bytes ${offset}-${found.bytes.length - 1}/${found.bytes.length}` }),
    });
    if (typeof behaviour === "object" && "cutAfterBytes" in behaviour) {
      // A moment later, so that a reset does not overtake the bytes.
      response.write(bytes.subarray(0, behaviour.cutAfterBytes), () => setTimeout(() => response.destroy(), 50));
      return;
    }
    response.end(bytes);
  }
}

function notFound(response: ServerResponse, code: string, message: string): void {
  response.writeHead(404, { "Content-Type": "application/json" }).end(JSON.stringify({ errors: [{ code, message }] }));
}
