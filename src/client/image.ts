import { imageApi } from "#api/image.ts";
import type { QueryOf } from "#api/route.ts";
import type { ByteSource } from "#platform/http/client-connection.ts";
import type { ApiClient } from "./api-client.ts";

type Api = typeof imageApi;

/** Images over the API: one method a route. */
export class ImageClient {
  readonly #api: ApiClient;
  constructor(api: ApiClient) {
    this.#api = api;
  }

  list = (query: QueryOf<Api["list"]>) => this.#api.json(imageApi.list, { query });
  inspect = (name: string, query: QueryOf<Api["inspect"]> = {}) =>
    this.#api.json(imageApi.inspect, { path: { name }, query });
  history = (name: string) => this.#api.json(imageApi.history, { path: { name } });
  tag = (name: string, query: QueryOf<Api["tag"]>) => this.#api.done(imageApi.tag, { path: { name }, query });
  remove = (name: string, query: QueryOf<Api["remove"]>) => this.#api.json(imageApi.remove, { path: { name }, query });

  /** Pulls; `auth` is the value of X-Registry-Auth. Answers the progress stream. */
  async pull(query: QueryOf<Api["create"]>, auth: string): Promise<ByteSource> {
    return (await this.#api.call(imageApi.create, { query, headers: { "X-Registry-Auth": auth } })).body;
  }
  async import(query: QueryOf<Api["create"]>, tar: AsyncIterable<Uint8Array> | undefined): Promise<ByteSource> {
    return (await this.#api.call(imageApi.create, { query, rawBody: tar })).body;
  }
}
