import type { Duplex } from "node:stream";
import type { Logger } from "#base/diagnostics/logger.ts";
import type { HttpExchange } from "#platform/http/exchange.ts";
import { ServerConnection } from "#platform/http/server-connection.ts";
import { Dispatch } from "./dispatch.ts";
import { type Answer, RouteTable } from "./route-table.ts";
import { unbuiltAnswers } from "./unbuilt.ts";

/** A request's head must be complete after this time. */
const headTimeoutMilliseconds = 60_000;

export interface ApiServerOptions {
  readonly logger: Logger;
  readonly productVersion: string;
  readonly corsOrigin: string;
}

/**
 * The API server without its listeners: takes connections from the first moment, holds their requests until `serve` gives
 * it the routers, and ends them in `close`.
 */
export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #connections = new Set<ServerConnection>();
  /** Requests being answered, hijacked ones included. */
  readonly #open = new Set<HttpExchange>();
  readonly #ready = Promise.withResolvers<Dispatch>();
  #dispatch: Dispatch | undefined;
  #isClosing = false;
  readonly #sweep: ReturnType<typeof setInterval>;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#dropStalled(), headTimeoutMilliseconds / 4);
    this.#sweep.unref();
  }

  /** A client has connected; the socket must allow half-open connections. */
  accept(socket: Duplex): void {
    if (this.#isClosing) {
      socket.destroy();
      return;
    }
    this.#connections.add(
      new ServerConnection(socket, {
        onExchange: (exchange) => void this.#answer(exchange),
        onRelease: (connection) => this.#connections.delete(connection),
      }),
    );
  }

  /** Begins to answer, the requests that waited first. Operations of the API without an answer get one that says so. */
  serve(answers: readonly Answer[]): void {
    const routes = new RouteTable();
    routes.add(answers);
    routes.add(unbuiltAnswers(routes));
    this.#dispatch = new Dispatch({ ...this.#options, routes });
    this.#ready.resolve(this.#dispatch);
  }

  /** Requests in progress for the state dump: method, target and age. */
  openRequests(): readonly { readonly request: string; readonly seconds: number }[] {
    return [...this.#open].map(({ head, startedAt }) => ({
      request: `${head.method} ${head.target}`,
      seconds: (Date.now() - startedAt) / 1000,
    }));
  }

  /** Takes no more requests. Those in progress have `graceSeconds`; then all connections are cut. */
  async close(graceSeconds: number): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#sweep);
    for (const connection of this.#connections) connection.close();
    const deadline = Date.now() + graceSeconds * 1000;
    while (this.#connections.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const connection of this.#connections) connection.destroy();
  }

  async #answer(exchange: HttpExchange): Promise<void> {
    this.#open.add(exchange);
    const dispatch = this.#dispatch ?? (await this.#ready.promise);
    await dispatch.answer(exchange);
    this.#open.delete(exchange);
  }

  #dropStalled(): void {
    const deadline = Date.now() - headTimeoutMilliseconds;
    for (const connection of this.#connections) connection.dropIfStalled(deadline);
  }
}
