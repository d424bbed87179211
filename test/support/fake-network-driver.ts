import {
  type EndpointConfig,
  HostAddressError,
  type NetworkConfig,
  type NetworkDriver,
  type NetworkFacts,
  PortInUseError,
  type PublishedPort,
} from "#drivers/network/network-driver.ts";
import { parseIp } from "#formats/ip-address/ip-address.ts";

/** A host's network in memory. It outlives its drivers, as a kernel outlives a daemon. */
export class FakeHost {
  readonly bridges = new Map<string, NetworkConfig>();
  /** By sandbox, the endpoints in it with their networks. */
  readonly sandboxes = new Map<string, Map<string, { network: NetworkConfig; endpoint: EndpointConfig }>>();
  /** By "tcp 0.0.0.0:8080", where it leads. */
  readonly forwards = new Map<string, { endpointId: string; target: string }>();
  /** Ports that other programs have. */
  readonly occupied: PublishedPort[] = [];
  /** The host's own addresses. */
  readonly addresses = new Set(["0.0.0.0", "127.0.0.1"]);
}

/** Keeps the network driver's contract on a FakeHost, for tests of what stands above the driver. */
export class FakeNetworkDriver implements NetworkDriver {
  readonly name = "fake";
  readonly host: FakeHost;
  /** Calls in order: "createSandbox ID", "connect ID", "publish ENDPOINT" and so on. */
  readonly calls: string[] = [];
  /** Steps that fail from now on, with this error. */
  readonly failing = new Map<"createNetwork" | "createSandbox" | "connect" | "publish", Error>();
  readonly #held = new Map<string, { endpointId: string; port: PublishedPort }>();

  constructor(host = new FakeHost()) {
    this.host = host;
  }

  open(): Promise<NetworkFacts> {
    return Promise.resolve({ firewall: "none", warnings: [] });
  }

  async createNetwork(network: NetworkConfig): Promise<void> {
    this.#step("createNetwork", network.id);
    this.host.bridges.set(network.bridge, network);
  }

  async removeNetwork(network: NetworkConfig): Promise<void> {
    this.calls.push(`removeNetwork ${network.id}`);
    if (this.host.bridges.get(network.bridge)?.id === network.id) this.host.bridges.delete(network.bridge);
  }

  createSandbox(id: string): string {
    this.#step("createSandbox", id);
    if (!/^\w[\w.-]*$/.test(id)) throw new TypeError(`not a sandbox id: ${id}`);
    if (this.host.sandboxes.has(id)) throw new Error(`the sandbox ${id} is there already`);
    this.host.sandboxes.set(id, new Map());
    return `/run/fake/netns/${id}`;
  }

  removeSandbox(id: string): void {
    this.calls.push(`removeSandbox ${id}`);
    this.host.sandboxes.delete(id);
  }

  sandboxes(): readonly string[] {
    return [...this.host.sandboxes.keys()];
  }

  connect(sandboxId: string, network: NetworkConfig, endpoint: EndpointConfig): void {
    this.#step("connect", sandboxId);
    const sandbox = this.host.sandboxes.get(sandboxId);
    if (sandbox === undefined) throw new Error(`there is no sandbox ${sandboxId}`);
    if (!this.host.bridges.has(network.bridge)) throw new Error(`the bridge ${network.bridge} is gone`);
    sandbox.set(endpoint.id, { network, endpoint });
  }

  disconnect(sandboxId: string, _network: NetworkConfig, endpoint: EndpointConfig): void {
    this.calls.push(`disconnect ${sandboxId}`);
    this.host.sandboxes.get(sandboxId)?.delete(endpoint.id);
  }

  publish(_network: NetworkConfig, endpoint: EndpointConfig, ports: readonly PublishedPort[]): void {
    this.#step("publish", endpoint.id);
    for (const port of ports) this.#check(port, endpoint.id);
    for (const port of ports) {
      this.host.forwards.set(keyOf(port), { endpointId: endpoint.id, target: targetOf(endpoint, port) });
      this.#held.set(keyOf(port), { endpointId: endpoint.id, port });
    }
  }

  unpublish(endpoint: EndpointConfig, ports: readonly PublishedPort[]): void {
    this.calls.push(`unpublish ${endpoint.id}`);
    for (const port of ports) {
      if (this.host.forwards.get(keyOf(port))?.endpointId !== endpoint.id) continue;
      this.host.forwards.delete(keyOf(port));
      this.#held.delete(keyOf(port));
    }
  }

  reconcile(
    alive: readonly { endpoint: EndpointConfig; ports: readonly PublishedPort[]; network: NetworkConfig }[],
  ): readonly PublishedPort[] {
    this.calls.push("reconcile");
    this.host.forwards.clear();
    this.#held.clear();
    const lost: PublishedPort[] = [];
    for (const { endpoint, ports } of alive)
      for (const port of ports) {
        this.host.forwards.set(keyOf(port), { endpointId: endpoint.id, target: targetOf(endpoint, port) });
        if (this.host.occupied.some((other) => collide(port, other))) lost.push(port);
        else this.#held.set(keyOf(port), { endpointId: endpoint.id, port });
      }
    return lost;
  }

  repair(): Promise<"intact" | "repaired"> {
    return Promise.resolve("intact");
  }

  async close({ keepRules }: { keepRules: boolean }): Promise<void> {
    this.calls.push("close");
    if (!keepRules) this.host.forwards.clear();
  }

  #step(step: "createNetwork" | "createSandbox" | "connect" | "publish", about: string): void {
    this.calls.push(`${step} ${about}`);
    const error = this.failing.get(step);
    if (error) throw error;
  }

  #check(port: PublishedPort, endpointId: string): void {
    if (parseIp(port.hostAddress)?.family !== 4 || !this.host.addresses.has(port.hostAddress))
      throw new HostAddressError(port);
    const others = [...this.#held.values()].filter((held) => held.endpointId !== endpointId).map((held) => held.port);
    if ([...others, ...this.host.occupied].some((other) => collide(port, other))) throw new PortInUseError(port);
  }
}

function collide(one: PublishedPort, other: PublishedPort): boolean {
  if (one.protocol !== other.protocol || one.hostPort !== other.hostPort) return false;
  return one.hostAddress === other.hostAddress || [one, other].some(({ hostAddress }) => hostAddress === "0.0.0.0");
}

function keyOf({ protocol, hostAddress, hostPort }: PublishedPort): string {
  return `${protocol} ${hostAddress}:${hostPort}`;
}

function targetOf({ address }: EndpointConfig, { containerPort }: PublishedPort): string {
  return `${address}:${containerPort}`;
}
