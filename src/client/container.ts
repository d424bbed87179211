import { containerApi } from "#api/container.ts";
import type { BodyOf, QueryOf } from "#api/route.ts";
import type { ContainerWaited } from "#api/types/container.ts";
import type { ByteSource, ByteStream } from "#platform/http/client-connection.ts";
import type { ApiClient } from "./api-client.ts";

type Api = typeof containerApi;

/** Containers over the API: one method a route. All throw ApiError and DaemonUnreachable. */
export class ContainerClient {
  readonly #api: ApiClient;
  constructor(api: ApiClient) {
    this.#api = api;
  }

  list = (query: QueryOf<Api["list"]>) => this.#api.json(containerApi.list, { query });
  create = (query: QueryOf<Api["create"]>, body: BodyOf<Api["create"]>) =>
    this.#api.json(containerApi.create, { query, body });
  inspect = (id: string, query: QueryOf<Api["inspect"]> = {}) =>
    this.#api.json(containerApi.inspect, { path: { id }, query });
  top = (id: string, query: QueryOf<Api["top"]>) => this.#api.json(containerApi.top, { path: { id }, query });
  start = (id: string, query: QueryOf<Api["start"]> = {}) =>
    this.#api.done(containerApi.start, { path: { id }, query });
  stop = (id: string, query: QueryOf<Api["stop"]>) => this.#api.done(containerApi.stop, { path: { id }, query });
  restart = (id: string, query: QueryOf<Api["restart"]>) =>
    this.#api.done(containerApi.restart, { path: { id }, query });
  kill = (id: string, query: QueryOf<Api["kill"]>) => this.#api.done(containerApi.kill, { path: { id }, query });
  update = (id: string, body: BodyOf<Api["update"]>) => this.#api.json(containerApi.update, { path: { id }, body });
  rename = (id: string, name: string) => this.#api.done(containerApi.rename, { path: { id }, query: { name } });
  pause = (id: string) => this.#api.done(containerApi.pause, { path: { id } });
  unpause = (id: string) => this.#api.done(containerApi.unpause, { path: { id } });
  /** In cells. */
  resize = (id: string, { h, w }: { readonly h: number; readonly w: number }) =>
    this.#api.done(containerApi.resize, { path: { id }, query: { h: `${h}`, w: `${w}` } });
  remove = (id: string, query: QueryOf<Api["remove"]>) => this.#api.done(containerApi.remove, { path: { id }, query });

  /** The multiplexed (or, with a terminal, plain) output. */
  async logs(id: string, query: QueryOf<Api["logs"]>): Promise<ByteSource> {
    return (await this.#api.call(containerApi.logs, { path: { id }, query })).body;
  }

  async attach(id: string, query: QueryOf<Api["attach"]>): Promise<ByteStream> {
    return (await this.#api.call(containerApi.attach, { path: { id }, query })).stream();
  }

  /** Resolves when the daemon has begun to wait; `exited` is its verdict. */
  async wait(id: string, condition?: string): Promise<{ exited: Promise<ContainerWaited> }> {
    const response = await this.#api.call(containerApi.wait, { path: { id }, query: { condition } });
    const exited = response.text().then((text) => JSON.parse(text) as ContainerWaited);
    // The caller may never ask; a lost connection must not end the program then.
    exited.catch(() => undefined);
    return { exited };
  }
}
