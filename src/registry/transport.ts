import { readCertificates, type TlsFiles } from "./certificates.ts";
import { requestName, unreachable } from "./go-error.ts";
import type { InsecureHosts } from "./insecure-hosts.ts";
import { RegistryError } from "./registry-service.ts";

export interface TransportOptions {
  readonly certificateFolders: readonly string[];
  readonly insecureHosts: Pick<InsecureHosts, "includes">;
  readonly userAgent: string;
  /** A connection on which nothing moves for so long is given up. */
  readonly idleMilliseconds?: number;
}

export interface OutgoingRequest {
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

type TlsOptions = TlsFiles & { readonly rejectUnauthorized: boolean };

const maxRedirects = 10;
const defaultIdleMilliseconds = 60_000;

/** HTTP to registries and token servers: TLS by host, redirects, and failures in docker's words. */
export class Transport {
  readonly #options: TransportOptions;
  /** Read once for each host: a client certificate or CA put in place later is seen by the next transport. */
  readonly #tls = new Map<string, Promise<TlsOptions>>();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  isInsecure(authority: string): Promise<boolean> {
    return this.#options.insecureHosts.includes(authority);
  }

  /**
   * Sends a request and follows redirects; credentials go to the host they are meant for only. Whatever the status, the
   * answer is the caller's to judge. Throws RegistryError `unreachable` when there is none, the signal's reason on abort.
   */
  async send({ method, url, headers = {}, body, signal }: OutgoingRequest): Promise<Response> {
    let target = url;
    let sent = { "User-Agent": this.#options.userAgent, ...headers };
    for (let redirects = 0; ; redirects++) {
      const response = await this.#exchange({
        method,
        url: target,
        headers: sent,
        ...(body === undefined ? {} : { body }),
        signal,
      });
      const location = redirectOf(response, method);
      if (location === undefined) return response;
      await response.body?.cancel();
      if (redirects === maxRedirects)
        throw new RegistryError("other", `${requestName(method, url)}: stopped after ${maxRedirects} redirects`);
      const next = resolveLocation(location, target);
      // A storage server has no business with the registry's credentials, nor would it like them.
      if (next.host !== target.host || (target.protocol === "https:" && next.protocol === "http:")) {
        const { Authorization: _, ...others } = sent as Record<string, string>;
        sent = { ...others, "User-Agent": this.#options.userAgent };
      }
      target = next;
    }
  }

  async #exchange({ method, url, headers, body, signal }: OutgoingRequest): Promise<Response> {
    const tls = url.protocol === "https:" ? await this.#tlsOf(url.host) : undefined;
    try {
      const options: BunFetchRequestInit = {
        method,
        headers: headers ?? {},
        redirect: "manual",
        signal,
        // Blobs are wanted as they are stored.
        decompress: false,
        timeout: this.#options.idleMilliseconds ?? defaultIdleMilliseconds,
        ...(body === undefined ? {} : { body }),
        ...(tls ? { tls: { ...tls, ca: tls.ca ? [...tls.ca] : undefined } } : {}),
      };
      return await fetch(url, options);
    } catch (error) {
      signal.throwIfAborted();
      throw unreachable(method, url, error);
    }
  }

  #tlsOf(authority: string): Promise<TlsOptions> {
    let options = this.#tls.get(authority);
    if (!options) {
      options = this.#readTls(authority);
      this.#tls.set(authority, options);
    }
    return options;
  }

  async #readTls(authority: string): Promise<TlsOptions> {
    const files = await readCertificates(this.#options.certificateFolders, authority);
    return { ...files, rejectUnauthorized: !(await this.isInsecure(authority)) };
  }
}

function redirectOf(response: Response, method: string): string | undefined {
  if (method === "POST" || ![301, 302, 303, 307, 308].includes(response.status)) return undefined;
  return response.headers.get("location") ?? undefined;
}

function resolveLocation(location: string, from: URL): URL {
  const next = URL.parse(location, from.href);
  if (!next || (next.protocol !== "https:" && next.protocol !== "http:"))
    throw new RegistryError("other", `${requestName("GET", from)}: redirect to ${JSON.stringify(location)} refused`);
  return next;
}
