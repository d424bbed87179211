import type { AnswerOf, BodyOf, PathOf, QueryOf, Route } from "#api/route.ts";
import { messageOf } from "#base/errors/engine-error.ts";
import { ConnectionLost } from "#platform/http/client-connection.ts";
import type { HttpClient, HttpResponse } from "#platform/http/http-client.ts";
import { ApiError, DaemonUnreachable } from "./api-error.ts";

/** The newest version of the Engine API that this client speaks. */
export const clientApiVersion = "1.51";

type Optional<T> = [T] extends [undefined] ? undefined : T;
export interface Call<R extends Route> {
  readonly path?: PathOf<R>;
  readonly query?: QueryOf<R>;
  readonly body?: Optional<BodyOf<R>>;
  readonly rawBody?: AsyncIterable<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A call whose types have been checked against its route. */
interface CheckedCall {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly rawBody?: AsyncIterable<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiClientOptions {
  readonly http: HttpClient;
  /** As the user wrote it, for messages. */
  readonly host: string;
  readonly isTls?: boolean;
  /** Fixes the version and switches negotiation off (DOCKER_API_VERSION). */
  readonly version?: string;
  /** Sent with every request (HttpHeaders of config.json). */
  readonly headers?: Readonly<Record<string, string>>;
  readonly userAgent: string;
}

/**
 * Calls routes of the Engine API. The version is negotiated without a request of its own: the first call goes out in our
 * newest version, and a daemon that finds it too new refuses before doing anything and tells its own in a header.
 */
export class ApiClient {
  readonly #options: ApiClientOptions;
  #version: string;
  #settled: boolean;

  constructor(options: ApiClientOptions) {
    this.#options = options;
    this.#version = options.version ?? clientApiVersion;
    this.#settled = options.version !== undefined;
  }

  get host(): string {
    return this.#options.host;
  }
  /** The version in use; final after the first answer. */
  get version(): string {
    return this.#version;
  }

  /** The answer of a call that succeeded, its body unread. Throws ApiError and DaemonUnreachable. */
  call<R extends Route>(route: R, call: Call<NoInfer<R>> = {}): Promise<HttpResponse> {
    return this.#attempt(route, call);
  }

  /** The JSON of the answer. */
  async json<R extends Route>(route: R, call: Call<NoInfer<R>> = {}): Promise<AnswerOf<R>> {
    const response = await this.#attempt(route, call);
    return JSON.parse(await response.text()) as AnswerOf<R>;
  }

  /** For calls whose answer says nothing more than its status. */
  async done<R extends Route>(route: R, call: Call<NoInfer<R>> = {}): Promise<number> {
    const response = await this.#attempt(route, call);
    await response.text();
    return response.status;
  }

  async #attempt(route: Route, call: CheckedCall): Promise<HttpResponse> {
    if (call.rawBody && !this.#settled) await this.#ping();
    const response = await this.#send(route, call);
    if (response.status === 400 && !this.#settled && this.#adopt(response)) {
      await response.text();
      return this.#attempt(route, call);
    }
    this.#settled = true;
    if (response.status < 400) return response;
    throw new ApiError(response.status, await failureOf(response, route, this.#version));
  }

  async #ping(): Promise<void> {
    const response = await this.#request({ method: "HEAD", target: "/_ping" });
    await response.text();
    this.#adopt(response);
    this.#settled = true;
  }

  /** Takes the daemon's version when it is older than ours. */
  #adopt({ headers }: HttpResponse): boolean {
    const theirs = headers.get("api-version");
    if (theirs === undefined || compareVersions(theirs, this.#version) >= 0) return false;
    this.#version = theirs;
    return true;
  }

  #send(route: Route, { path, query, body, rawBody, headers }: CheckedCall): Promise<HttpResponse> {
    const sent: Record<string, string> = {};
    if (route.options.upgrade !== undefined) {
      sent["Connection"] = "Upgrade";
      sent["Upgrade"] = route.options.upgrade;
    }
    if (body !== undefined) sent["Content-Type"] = "application/json";
    else if (rawBody) sent["Content-Type"] = "application/x-tar";
    return this.#request({
      method: route.method,
      target: `/v${this.#version}${fillPath(route.path, path)}${encodeQuery(query)}`,
      headers: { ...sent, ...headers },
      body: rawBody ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body))),
    });
  }

  async #request(request: Parameters<HttpClient["request"]>[0]): Promise<HttpResponse> {
    const headers = { "User-Agent": this.#options.userAgent, ...this.#options.headers, ...request.headers };
    try {
      return await this.#options.http.request({ ...request, headers });
    } catch (error) {
      throw this.#unreachable(error, request);
    }
  }

  #unreachable(error: unknown, { method, target }: { method: string; target: string }): Error {
    const { host } = this.#options;
    const verb = method[0]! + method.slice(1).toLowerCase();
    const address = host.startsWith("unix://") ? encodeURIComponent(host.slice(7)) : host.replace(/^\w+:\/\//, "");
    const during = `error during connect: ${verb} ${JSON.stringify(`${this.#options.isTls ? "https" : "http"}://${address}${target}`)}: `;
    if (error instanceof ConnectionLost) return new DaemonUnreachable(during + error.message, { cause: error });
    const code = (error as { code?: string }).code;
    if (code === "EACCES" || code === "EPERM")
      return new DaemonUnreachable(
        `permission denied while trying to connect to the Docker daemon socket at ${host}: ${messageOf(error)}`,
        { cause: error },
      );
    if (code === "ENOENT" || code === "ECONNREFUSED" || code === undefined || code === "FailedToOpenSocket")
      return new DaemonUnreachable(`Cannot connect to the Docker daemon at ${host}. Is the docker daemon running?`, {
        cause: error,
      });
    return new DaemonUnreachable(during + messageOf(error), { cause: error });
  }
}

async function failureOf(response: HttpResponse, route: Route, version: string): Promise<string> {
  const text = await response.text();
  if (text.trim() === "")
    return `request returned ${response.reason} for API route and version ${route.path} (v${version}), check if the server supports the requested API version`;
  try {
    const { message } = JSON.parse(text) as { message?: string };
    if (message !== undefined) return message.trim();
  } catch {
    // Daemons before 1.24 answer in plain text.
  }
  return text.trim();
}

function fillPath(pattern: string, names: Readonly<Record<string, string>> = {}): string {
  return pattern.replaceAll(/\{(\w+)(\.\.\.)?\}/g, (_, name: string, slashes: string | undefined) => {
    const value = names[name] ?? "";
    return slashes ? value.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(value);
  });
}

/** Unset, empty and false values are left out; booleans are sent as 1, as docker's client does. */
function encodeQuery(query: Readonly<Record<string, unknown>> = {}): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value === undefined || value === "" || value === false) continue;
    const values = Array.isArray(value) ? (value as string[]) : [value === true ? "1" : `${value as string | number}`];
    for (const item of values) pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(item)}`);
  }
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** 1.9 is older than 1.10. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.split(".").map(Number);
  return majorA === majorB ? minorA - minorB : majorA - majorB;
}
