import { join } from "node:path";

/**
 * Every path on disk has its one owner here. `root` outlives the machine's restarts (/var/lib/wherry), `exec` does not
 * (/run/wherry). Ids are lower-case hex, so they are safe as names.
 */
export class DataRoot {
  readonly root: string;
  readonly exec: string;

  constructor(root: string, exec: string) {
    this.root = root;
    this.exec = exec;
  }

  get database(): string {
    return join(this.root, "wherry.db");
  }
  /** Held with flock(2) by the one daemon of this data root. */
  get lock(): string {
    return join(this.root, "lock");
  }
  get trustKey(): string {
    return join(this.root, "key.json");
  }
  get temporary(): string {
    return join(this.root, "tmp");
  }
  /** Content-addressed blobs: manifests, configs, compressed layers. */
  get blobs(): string {
    return join(this.root, "blobs");
  }
  /** The storage driver's own folder. */
  storage(driver: string): string {
    return join(this.root, driver);
  }
  get containers(): string {
    return join(this.root, "containers");
  }
  container(id: string): string {
    return join(this.containers, id);
  }
  containerLog(id: string): string {
    return join(this.container(id), `${id}-json.log`);
  }
  get volumes(): string {
    return join(this.root, "volumes");
  }
  /** Bundles, sockets and pid files of running containers: short, for conmon's socket path limit of 108 bytes. */
  get bundles(): string {
    return join(this.exec, "c");
  }
  get exits(): string {
    return join(this.exec, "exits");
  }
  get sandboxes(): string {
    return join(this.exec, "netns");
  }
}
