import type { BodyOf, QueryOf } from "#api/route.ts";
import { systemApi } from "#api/system.ts";
import type { ByteSource } from "#platform/http/client-connection.ts";
import type { ApiClient } from "./api-client.ts";

type Api = typeof systemApi;

export class SystemClient {
  readonly #api: ApiClient;
  constructor(api: ApiClient) {
    this.#api = api;
  }

  version = () => this.#api.json(systemApi.version);
  info = () => this.#api.json(systemApi.info);
  auth = (body: BodyOf<Api["auth"]>) => this.#api.json(systemApi.auth, { body });
  async events(query: QueryOf<Api["events"]>): Promise<ByteSource> {
    return (await this.#api.call(systemApi.events, { query })).body;
  }
}
