import { execApi } from "#api/exec.ts";
import type { BodyOf } from "#api/route.ts";
import type { ByteStream } from "#platform/http/client-connection.ts";
import type { ApiClient } from "./api-client.ts";

type Api = typeof execApi;

/** Processes in running containers: one method a route. */
export class ExecClient {
  readonly #api: ApiClient;
  constructor(api: ApiClient) {
    this.#api = api;
  }

  create = (id: string, body: BodyOf<Api["create"]>) => this.#api.json(execApi.create, { path: { id }, body });
  inspect = (id: string) => this.#api.json(execApi.inspect, { path: { id } });
  /** In cells. */
  resize = (id: string, { h, w }: { readonly h: number; readonly w: number }) =>
    this.#api.done(execApi.resize, { path: { id }, query: { h: `${h}`, w: `${w}` } });

  async start(id: string, body: BodyOf<Api["start"]>): Promise<ByteStream> {
    return (await this.#api.call(execApi.start, { path: { id }, body })).stream();
  }
  startDetached = (id: string, body: BodyOf<Api["start"]>) =>
    this.#api.done({ ...execApi.start, options: { body: execApi.start.options.body } }, { path: { id }, body });
}
