import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createNetworkNamespace, removeNetworkNamespace } from "#platform/linux/network-namespace.ts";
import { RouteNetlink } from "#platform/linux/rtnetlink.ts";
import { readSysctl, writeSysctl } from "#platform/linux/sysctl.ts";

/** Persistent network namespaces, one file each in a folder. Drivers that are given the same folder share them. */
export class Sandboxes {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  create(id: string): string {
    const path = this.path(id);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    createNetworkNamespace(path, () => {
      using route = new RouteNetlink();
      route.setUp("lo");
      // Interfaces to come get no IPv6 address of their own making: nobody filters it, and its announcements cost time.
      const quiet = "net/ipv6/conf/default/disable_ipv6";
      if (readSysctl(quiet) === "0") writeSysctl(quiet, "1");
    });
    return path;
  }

  /** The kernel takes the interfaces away by itself: deleting them here would block for 20 ms. */
  remove(id: string): void {
    removeNetworkNamespace(this.path(id));
  }

  list(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return [];
      throw error;
    }
  }

  path(id: string): string {
    if (!/^[\w][\w.-]*$/.test(id)) throw new TypeError(`not a sandbox id: ${id}`);
    return join(this.#folder, id);
  }
}
