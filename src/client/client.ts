import type { ApiClient } from "./api-client.ts";
import { ContainerClient } from "./container.ts";
import { ExecClient } from "./exec.ts";
import { ImageClient } from "./image.ts";
import { NetworkClient } from "./network.ts";
import { SystemClient } from "./system.ts";
import { VolumeClient } from "./volume.ts";

/** A daemon, by resource. */
export class Client {
  readonly api: ApiClient;
  readonly containers: ContainerClient;
  readonly exec: ExecClient;
  readonly images: ImageClient;
  readonly networks: NetworkClient;
  readonly system: SystemClient;
  readonly volumes: VolumeClient;

  constructor(api: ApiClient) {
    this.api = api;
    this.containers = new ContainerClient(api);
    this.exec = new ExecClient(api);
    this.images = new ImageClient(api);
    this.networks = new NetworkClient(api);
    this.system = new SystemClient(api);
    this.volumes = new VolumeClient(api);
  }
}
