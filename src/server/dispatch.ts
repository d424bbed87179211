import type { Readable } from "node:stream";
import type { Route } from "#api/route.ts";
import { compareVersions, maxApiVersion, minApiVersion } from "#api/version.ts";
import type { Logger } from "#base/diagnostics/logger.ts";
import { EngineError, messageOf } from "#base/errors/engine-error.ts";
import { ClientGoneError, type HttpExchange } from "#platform/http/exchange.ts";
import type { HijackedConnection } from "#platform/http/hijacked-connection.ts";
import { failureReply, statusOfFailure } from "./error-reply.ts";
import type { ApiRequest } from "./handlers.ts";
import { readJsonBody } from "./json-body.ts";
import { readQuery } from "./query.ts";
import { type Reply, reply } from "./reply.ts";
import type { Match, RouteTable } from "./route-table.ts";

export interface DispatchOptions {
  readonly routes: RouteTable;
  readonly logger: Logger;
  /** Told in every answer: `Docker/VERSION (linux)`. */
  readonly productVersion: string;
  /** Value of Access-Control-Allow-Origin; empty for no CORS headers. */
  readonly corsOrigin: string;
}

const rawStream = "application/vnd.docker.raw-stream";

/** Answers one request: version, route, query, body, handler, reply. Never rejects. */
export class Dispatch {
  readonly #options: DispatchOptions;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: DispatchOptions) {
    this.#options = options;
    this.#headers = {
      "Api-Version": maxApiVersion,
      "Docker-Experimental": "false",
      Ostype: "linux",
      Server: `Docker/${options.productVersion} (linux)`,
      ...(options.corsOrigin === "" ? {} : corsHeaders(options.corsOrigin)),
    };
  }

  async answer(exchange: HttpExchange): Promise<void> {
    const call = new Call(exchange);
    try {
      const { version, path } = splitTarget(exchange.head.target, call);
      const answered = await this.#handle(exchange, call, version, path);
      if (answered) await this.#send(exchange, call, answered);
      else call.hijacked?.end();
    } catch (error) {
      await this.#fail(exchange, call, error);
    }
    this.#log(exchange, call);
  }

  async #handle(exchange: HttpExchange, call: Call, version: string, path: string): Promise<Reply | undefined> {
    const { method } = exchange.head;
    if (compareVersions(version, maxApiVersion) > 0) throw tooNew(version);
    if (compareVersions(version, minApiVersion) < 0) throw tooOld(version);
    if (method === "OPTIONS") return reply(200);
    const match = this.#options.routes.find(method, path);
    if (!match || isOver(match.route, version)) throw pageNotFound();
    const { since, query, body, bodyRequired, upgrade } = match.route.options;
    if (since !== undefined && compareVersions(version, since) < 0) throw needsVersion(method, path, since);
    if (upgrade) exchange.tolerateHalfClose();
    call.match = match;
    call.query = readQuery(call.queryText, query);
    if (body) call.body = await readJsonBody(exchange, body, bodyRequired);
    return match.handler(call as unknown as ApiRequest<Route>);
  }

  async #send(exchange: HttpExchange, call: Call, answered: Reply): Promise<void> {
    const headers = { ...this.#headers, ...answered.headers };
    call.status = answered.status;
    if (answered.body.kind !== "stream") {
      exchange.respond(answered.status, headers, answered.body.kind === "bytes" ? answered.body.bytes : "");
      return;
    }
    const { produce, headAt, onFailure } = answered.body;
    const begin = () => exchange.startBody(answered.status, headers);
    let writer = headAt === "once" ? begin() : undefined;
    try {
      await produce((chunk) => {
        writer ??= begin();
        return writer.write(chunk);
      }, exchange.signal);
    } catch (error) {
      if (!writer || !onFailure || error instanceof ClientGoneError) throw error;
      this.#logFailure(exchange, error);
      await writer.write(onFailure(error));
    }
    (writer ?? begin()).end();
  }

  /** An answer that has begun cannot become another one: then the connection is cut, so that the client notices. */
  async #fail(exchange: HttpExchange, call: Call, error: unknown): Promise<void> {
    if (exchange.isGone || error instanceof ClientGoneError) {
      call.status = 499;
      exchange.destroy();
      return;
    }
    this.#logFailure(exchange, error);
    if (call.hijacked) return call.hijacked.destroy();
    if (exchange.isAnswered) return exchange.destroy();
    try {
      await this.#send(exchange, call, failureReply(error, call.version));
    } catch (second) {
      this.#options.logger.error(
        `could not answer ${exchange.head.method} ${exchange.head.target}: ${messageOf(second)}`,
      );
      exchange.destroy();
    }
  }

  #logFailure(exchange: HttpExchange, error: unknown): void {
    const { logger } = this.#options;
    const { method, target } = exchange.head;
    const line = `Handler for ${method} ${target} returned error: ${messageOf(error)}`;
    const status = statusOfFailure(error);
    if (status < 500 || status === 501 || status === 503) logger.debug(line, { status });
    else if (error instanceof EngineError) logger.error(line, { status, ...causeOf(error) });
    // A plain error is a bug of ours: the place it came from is what helps.
    else logger.error(line, { status, stack: error instanceof Error ? (error.stack ?? "") : "" });
  }

  #log(exchange: HttpExchange, call: Call): void {
    const { logger } = this.#options;
    if (!logger.isEnabled("debug")) return;
    const { method, target } = exchange.head;
    const milliseconds = (performance.now() - call.startedAt).toFixed(1);
    logger.debug(`${method} ${target}`, { status: call.status, milliseconds });
  }
}

/** A request on its way: what a handler sees of it, and what dispatch remembers. */
class Call {
  readonly startedAt = performance.now();
  readonly #exchange: HttpExchange;
  /** Until a version is known, errors are written for the newest. */
  version: string = maxApiVersion;
  queryText = "";
  match: Match | undefined;
  query: object = {};
  body: unknown = undefined;
  status = 0;
  hijacked: HijackedConnection | undefined;
  #rawBody: Readable | undefined;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  get path(): Readonly<Record<string, string>> {
    return this.match?.path ?? {};
  }

  get headers(): ReadonlyMap<string, string> {
    return this.#exchange.head.headers;
  }

  get signal(): AbortSignal {
    return this.#exchange.signal;
  }

  get rawBody(): Readable {
    this.#rawBody ??= this.#exchange.body.stream();
    return this.#rawBody;
  }

  /** An own function: handlers take it out of the request. */
  readonly upgrade = (contentType = rawStream): HijackedConnection => {
    this.status = this.#exchange.head.upgrade ? 101 : 200;
    this.hijacked = this.#exchange.hijack(contentType);
    return this.hijacked;
  };
}

/** Takes `/v1.47/info?x=1` apart and leaves version and query with the call. */
function splitTarget(target: string, call: Call): { version: string; path: string } {
  const mark = target.indexOf("?");
  call.queryText = mark === -1 ? "" : target.slice(mark + 1);
  const path = decodePath(mark === -1 ? target : target.slice(0, mark));
  const match = /^\/v(\d+(?:\.\d+)*)(\/.*)$/s.exec(path);
  if (!match) return { version: maxApiVersion, path };
  call.version = match[1]!;
  return { version: call.version, path: match[2]! };
}

function decodePath(path: string): string {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    throw new EngineError("invalid-argument", "api.invalid-path", `invalid URL escape in ${JSON.stringify(path)}`);
  }
}

const isOver = (route: Route, version: string): boolean =>
  route.options.until !== undefined && compareVersions(version, route.options.until) > 0;

const causeOf = (error: Error): { cause?: string } => (error.cause ? { cause: messageOf(error.cause) } : {});

const corsHeaders = (origin: string) => ({
  "Access-Control-Allow-Origin": origin,
  "Access-Control-Allow-Headers": "Origin, X-Requested-With, Content-Type, Accept, X-Registry-Auth",
  "Access-Control-Allow-Methods": "HEAD, GET, POST, DELETE, PUT, OPTIONS",
});

const pageNotFound = () => new EngineError("not-found", "api.no-route", "page not found");
const tooNew = (version: string) =>
  new EngineError(
    "invalid-argument",
    "api.version-too-new",
    `client version ${version} is too new. Maximum supported API version is ${maxApiVersion}`,
  );
const tooOld = (version: string) =>
  new EngineError(
    "invalid-argument",
    "api.version-too-old",
    `client version ${version} is too old. Minimum supported API version is ${minApiVersion}, please upgrade your client to a newer version`,
  );
const needsVersion = (method: string, path: string, since: string) =>
  new EngineError("invalid-argument", "api.needs-version", `${method} ${path} requires minimum API version ${since}`);
