import type { EndpointConfig, NetworkConfig, NetworkDriver, NetworkFacts, PublishedPort } from "../network-driver.ts";
import { Sandboxes } from "../sandbox/sandboxes.ts";

/** A sandbox with nothing but loopback. Endpoints and ports are accepted and lead nowhere, as docker has it. */
export class NoneDriver implements NetworkDriver {
  readonly name = "none";
  readonly #sandboxes: Sandboxes;

  constructor({ sandboxesFolder }: { sandboxesFolder: string }) {
    this.#sandboxes = new Sandboxes(sandboxesFolder);
  }

  open(): Promise<NetworkFacts> {
    return Promise.resolve({ firewall: "none", warnings: [] });
  }
  async createNetwork(_network: NetworkConfig): Promise<void> {}
  async removeNetwork(_network: NetworkConfig): Promise<void> {}

  createSandbox(id: string): string {
    return this.#sandboxes.create(id);
  }
  removeSandbox(id: string): void {
    this.#sandboxes.remove(id);
  }
  sandboxes(): readonly string[] {
    return this.#sandboxes.list();
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
