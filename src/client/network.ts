import { networkApi } from "#api/network.ts";
import type { ApiClient } from "./api-client.ts";

export class NetworkClient {
  readonly #api: ApiClient;
  constructor(api: ApiClient) {
    this.#api = api;
  }

  list = (filters?: string) => this.#api.json(networkApi.list, { query: { filters } });
  inspect = (id: string) => this.#api.json(networkApi.inspect, { path: { id } });
}
