import process from "node:process";
import type { EndpointConfig, NetworkConfig, NetworkDriver, NetworkFacts, PublishedPort } from "../network-driver.ts";

/** The daemon's own network serves as every container's sandbox. Ports need no publishing there and get none. */
export class HostDriver implements NetworkDriver {
  readonly name = "host";

  open(): Promise<NetworkFacts> {
    return Promise.resolve({ firewall: "none", warnings: [] });
  }
  async createNetwork(_network: NetworkConfig): Promise<void> {}
  async removeNetwork(_network: NetworkConfig): Promise<void> {}

  createSandbox(_id: string): string {
    return `/proc/${process.pid}/ns/net`;
  }
  removeSandbox(_id: string): void {}
  sandboxes(): readonly string[] {
    return [];
  }

  connect(_sandboxId: string, _network: NetworkConfig, _endpoint: EndpointConfig): void {}
  disconnect(_sandboxId: string, _network: NetworkConfig, _endpoint: EndpointConfig): void {}
  publish(_network: NetworkConfig, _endpoint: EndpointConfig, _ports: readonly PublishedPort[]): void {}
  unpublish(_endpoint: EndpointConfig, _ports: readonly PublishedPort[]): void {}
  reconcile(): readonly PublishedPort[] {
    return [];
  }
  repair(): Promise<"intact" | "repaired"> {
    return Promise.resolve("intact");
  }
  async close(): Promise<void> {}
}
