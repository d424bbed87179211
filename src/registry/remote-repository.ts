import { type Digest, digestOf, isDigest } from "#formats/digest/digest.ts";
import { type Descriptor, manifestMediaTypes } from "#formats/manifest/manifest.ts";
import { downloadBlob, type RetryPolicy } from "./download-blob.ts";
import { readAll } from "./read-all.ts";
import type { RegistryServer } from "./registry-server.ts";
import { type FetchedManifest, RegistryError, type RegistryRepository } from "./registry-service.ts";

/** A place where the repository may be found. */
export interface Candidate {
  /** A mirror's refusal is no answer: the next one is asked. */
  readonly isMirror: boolean;
  readonly connect: (signal: AbortSignal) => Promise<RegistryServer>;
}

/** No manifest of a real image comes near this (it is docker-registry's own limit). */
const maxManifestBytes = 4 * 1024 * 1024;
const accept = manifestMediaTypes.join(", ");

/** A repository on whichever of its servers answers first. */
export class RemoteRepository implements RegistryRepository {
  readonly #path: string;
  readonly #candidates: () => Promise<readonly Candidate[]>;
  readonly #retry: RetryPolicy;
  #server: RegistryServer | undefined;

  constructor(path: string, candidates: () => Promise<readonly Candidate[]>, retry: RetryPolicy) {
    this.#path = path;
    this.#candidates = candidates;
    this.#retry = retry;
  }

  async resolve(tag: string, signal: AbortSignal): Promise<Digest | undefined> {
    return this.#onFirst(signal, async (server) => {
      const response = await this.#headManifest(server, tag, signal);
      const digest = response?.headers.get("docker-content-digest") ?? "";
      return isDigest(digest) ? digest : undefined;
    });
  }

  async manifest(tagOrDigest: string, signal: AbortSignal): Promise<FetchedManifest> {
    return this.#onFirst(signal, async (server) => {
      const response = await server.send({
        method: "GET",
        path: `${this.#path}/manifests/${tagOrDigest}`,
        headers: { Accept: accept },
        scope: this.#scope,
        signal,
      });
      const bytes = await readAll(response, maxManifestBytes);
      const digest = digestOf(bytes);
      const expected = isDigest(tagOrDigest) ? tagOrDigest : (response.headers.get("docker-content-digest") ?? digest);
      if (expected !== digest && isDigest(expected))
        throw new RegistryError("corrupt", `manifest verification failed for digest ${expected}`);
      return { bytes, digest, contentType: response.headers.get("content-type") ?? "" };
    });
  }

  async *blob(descriptor: Descriptor, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const path = `${this.#path}/blobs/${descriptor.digest}`;
    const open = async (offset: number) => {
      const headers: Record<string, string> = offset === 0 ? {} : { Range: `bytes=${offset}-` };
      return this.#onFirst(signal, async (server) => {
        const response = await server.send({ method: "GET", path, headers, scope: this.#scope, signal });
        return { response, url: server.urlOf(path) };
      });
    };
    yield* downloadBlob(descriptor, open, signal, this.#retry);
  }

  async tags(signal: AbortSignal): Promise<readonly string[]> {
    return this.#onFirst(signal, async (server) => {
      const tags: string[] = [];
      for (let path: string | undefined = `${this.#path}/tags/list`; path !== undefined; ) {
        const response = await server.send({ method: "GET", path, scope: this.#scope, signal });
        const body = parseTags(await readAll(response, maxManifestBytes));
        tags.push(...body);
        // A page without tags would be asked for again and again.
        path = body.length === 0 ? undefined : nextPage(response, server, path);
      }
      return tags;
    });
  }

  /** Undefined when the registry does not answer HEAD; a GET then tells why. */
  async #headManifest(server: RegistryServer, tag: string, signal: AbortSignal): Promise<Response | undefined> {
    const path = `${this.#path}/manifests/${tag}`;
    try {
      return await server.send({ method: "HEAD", path, headers: { Accept: accept }, scope: this.#scope, signal });
    } catch (error) {
      // An answer to HEAD has no body that could say what is wrong.
      if (error instanceof RegistryError && error.failure !== "no-credentials" && error.failure !== "unreachable")
        return undefined;
      throw error;
    }
  }

  get #scope(): string {
    return `repository:${this.#path}:pull`;
  }

  /** Works with the server that was good before, else with the first that answers; the last failure is the one told. */
  async #onFirst<T>(signal: AbortSignal, work: (server: RegistryServer) => Promise<T>): Promise<T> {
    if (this.#server) return work(this.#server);
    let failure: RegistryError | undefined;
    for (const { connect, isMirror } of await this.#candidates()) {
      try {
        const server = await connect(signal);
        const result = await work(server);
        this.#server = server;
        return result;
      } catch (error) {
        if (!(error instanceof RegistryError) || !(isMirror || error.failure === "unreachable")) throw error;
        failure = error;
      }
    }
    throw failure ?? new RegistryError("unreachable", "no registry server to ask");
  }
}

function parseTags(bytes: Uint8Array): readonly string[] {
  try {
    const { tags } = JSON.parse(new TextDecoder().decode(bytes)) as { tags?: unknown };
    if (Array.isArray(tags) && tags.every((tag) => typeof tag === "string")) return tags;
    if (tags === null || tags === undefined) return [];
  } catch (cause) {
    throw new RegistryError("corrupt", "registry sent an unreadable list of tags", { cause });
  }
  throw new RegistryError("corrupt", "registry sent an unreadable list of tags");
}

/** `Link: </v2/x/tags/list?last=b&n=2>; rel="next"`, on the same server only. */
function nextPage(response: Response, server: RegistryServer, path: string): string | undefined {
  const link = /<([^>]*)>\s*;\s*rel="?next"?/.exec(response.headers.get("link") ?? "")?.[1];
  const url = link === undefined ? null : URL.parse(link, server.urlOf(path).href);
  const base = server.urlOf("");
  if (!url || url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return undefined;
  return url.pathname.slice(base.pathname.length) + url.search;
}
