import type { BodyOf } from "#api/route.ts";
import { volumeApi } from "#api/volume.ts";
import type { ApiClient } from "./api-client.ts";

export class VolumeClient {
  readonly #api: ApiClient;
  constructor(api: ApiClient) {
    this.#api = api;
  }

  list = (filters?: string) => this.#api.json(volumeApi.list, { query: { filters } });
  create = (body: BodyOf<(typeof volumeApi)["create"]>) => this.#api.json(volumeApi.create, { body });
  inspect = (name: string) => this.#api.json(volumeApi.inspect, { path: { name } });
  remove = (name: string, force: boolean) => this.#api.done(volumeApi.remove, { path: { name }, query: { force } });
}
