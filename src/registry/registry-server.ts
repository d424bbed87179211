import { Authorizer } from "./authorizer.ts";
import { type Credentials, RegistryError } from "./registry-service.ts";
import { responseError } from "./response-error.ts";
import type { Transport } from "./transport.ts";

export interface ServerRequest {
  readonly method: "GET" | "HEAD";
  /** Below /v2/, already safe in a URL. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What a token must allow. */
  readonly scope: string;
  readonly signal: AbortSignal;
}

/** One server that speaks the registry API, with a way in. */
export class RegistryServer {
  readonly #base: URL;
  readonly #transport: Transport;
  readonly #authorizer: Authorizer;

  private constructor(base: URL, transport: Transport, authorizer: Authorizer) {
    this.#base = base;
    this.#transport = transport;
    this.#authorizer = authorizer;
  }

  /** Pings the server and learns how to get in. Throws RegistryError `unreachable` when nobody answers. */
  static async connect(
    base: URL,
    transport: Transport,
    credentials: Credentials | undefined,
    signal: AbortSignal,
  ): Promise<RegistryServer> {
    const authorizer = new Authorizer(transport, credentials);
    const response = await transport.send({ method: "GET", url: new URL("v2/", base), signal });
    if (response.status === 401) authorizer.learn(response);
    await response.body?.cancel();
    return new RegistryServer(base, transport, authorizer);
  }

  urlOf(path: string): URL {
    return new URL(`v2/${path}`, this.#base);
  }

  /**
   * Sends a request with what the server wants to see; a refusal is answered once with a new token. Any answer that is no
   * success is thrown as RegistryError, server errors as `unreachable`, so that they are tried again.
   */
  async send(request: ServerRequest): Promise<Response> {
    let response = await this.#sendOnce(request);
    if (response.status === 401) {
      this.#authorizer.learn(response);
      const again = await this.#sendOnce(request);
      await response.body?.cancel();
      response = again;
    }
    if (response.ok) return response;
    const error = await responseError(response);
    throw response.status >= 500 ? new RegistryError("unreachable", error.message, { cause: error }) : error;
  }

  async #sendOnce({ method, path, headers, scope, signal }: ServerRequest): Promise<Response> {
    const url = this.urlOf(path);
    const authorization = await this.#authorizer.authorization(scope, method, url, signal);
    const all = { ...headers, ...(authorization === undefined ? {} : { Authorization: authorization }) };
    return this.#transport.send({ method, url, headers: all, signal });
  }
}
