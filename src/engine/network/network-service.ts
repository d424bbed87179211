import { randomBytes } from "node:crypto";
import type {
  EndpointConfig,
  NetworkConfig,
  NetworkDriver,
  NetworkFacts,
  PublishedPort,
} from "#drivers/network/network-driver.ts";
import { HostAddressError, PortInUseError } from "#drivers/network/network-driver.ts";
import { ipToBytes } from "#formats/ip-address/ip-address.ts";
import type { Database } from "#state/database.ts";
import type { EventsService } from "../events/events-service.ts";
import { AddressPool } from "./address-pool.ts";
import {
  ambiguousNetwork,
  connectivityFailed,
  noAddressLeft,
  noSuchNetwork,
  portNotBound,
  predefinedNetwork,
} from "./network-errors.ts";
import type { BridgeSettings, Endpoint, NetworkRecord, PortRequest } from "./network-record.ts";
import { NetworkStore } from "./network-store.ts";
import { PortAllocator } from "./port-allocator.ts";

export interface NetworkServiceOptions {
  readonly database: Database;
  /** The driver of bridge networks; "host" and "none" need none. */
  readonly driver: NetworkDriver;
  readonly events: EventsService;
  /** The default network's bridge; undefined when the daemon runs with `--bridge none`. */
  readonly bridge: BridgeSettings | undefined;
  /** The host's range of ports for programs that do not care (ip_local_port_range). */
  readonly ephemeralPorts: { readonly first: number; readonly last: number };
  /** RFC 3339 with nanoseconds. */
  readonly now: () => string;
}

export interface ConnectRequest {
  readonly containerId: string;
  readonly containerName: string;
  readonly networkName: string;
  readonly ports: readonly PortRequest[];
  /** Asked for by the user; left out, it follows from the address. */
  readonly mac?: string;
}

/** What a container of another one shows in `network inspect`. */
export interface ConnectedContainer {
  readonly containerId: string;
  readonly containerName: string;
  readonly endpoint: Endpoint;
}

/**
 * Networks, and the endpoints of running containers in them. Addresses and host ports are promised here before the
 * driver is asked, and free again only when `disconnect` has returned. All of it is synchronous: it is on the path of
 * `docker run`.
 */
export class NetworkService {
  readonly #options: NetworkServiceOptions;
  readonly #store: NetworkStore;
  readonly #pools = new Map<string, AddressPool>();
  readonly #ports: PortAllocator;
  readonly #connected = new Map<string, ConnectedContainer>();

  constructor(options: NetworkServiceOptions) {
    this.#options = options;
    this.#store = new NetworkStore(options.database);
    this.#ports = new PortAllocator(options.ephemeralPorts);
  }

  /** Makes the predefined networks (their ids stay the same over restarts) and the bridge. */
  async open(): Promise<NetworkFacts> {
    const { driver, bridge, now } = this.#options;
    const facts = await driver.open();
    this.#store.ensurePredefined(bridge, now);
    for (const record of this.#store.all()) {
      if (!record.bridge) continue;
      await driver.createNetwork(configOf(record));
      this.#pools.set(record.id, new AddressPool(record.bridge.subnet, record.bridge.gateway));
    }
    return facts;
  }

  list(): readonly NetworkRecord[] {
    return this.#store.all();
  }

  /** By id, name or unique prefix of an id. Throws `network.no-such`. */
  get(ref: string): NetworkRecord {
    const all = this.#store.all();
    const exact = all.find(({ id }) => id === ref) ?? all.find(({ name }) => name === ref);
    if (exact) return exact;
    const byPrefix = ref === "" ? [] : all.filter(({ id }) => id.startsWith(ref));
    if (byPrefix.length > 1) throw ambiguousNetwork(ref, byPrefix.length);
    if (byPrefix.length === 0) throw noSuchNetwork(ref);
    return byPrefix[0]!;
  }

  /** All networks there are come with the engine, and stay: throws `network.predefined`. */
  remove(ref: string): never {
    throw predefinedNetwork(this.get(ref).name);
  }

  /** Whether the default network is there at all (not with `--bridge none`). */
  get hasDefaultBridge(): boolean {
    return this.#options.bridge !== undefined;
  }

  /** What `host-gateway` in extra hosts stands for. */
  get hostGateway(): string | undefined {
    return this.#options.bridge?.gateway;
  }

  containersOf(networkId: string): readonly ConnectedContainer[] {
    return [...this.#connected.values()].filter(({ endpoint }) => endpoint.networkId === networkId);
  }

  /**
   * Gives a container a sandbox with an interface in a bridge network and publishes its ports. On failure nothing is left.
   * Throws in docker's words, `network.port-allocated` among others.
   */
  connect(request: ConnectRequest): Endpoint {
    const { driver } = this.#options;
    const network = this.get(request.networkName);
    const config = configOf(network);
    const pool = this.#pools.get(network.id)!;
    using undo = new DisposableStack();
    const address = pool.next();
    if (address === undefined) throw noAddressLeft();
    undo.defer(() => pool.release(address));
    const sandboxPath = driver.createSandbox(request.containerId);
    undo.defer(() => driver.removeSandbox(request.containerId));
    const bare: Endpoint = {
      id: randomBytes(32).toString("hex"),
      networkId: network.id,
      networkName: network.name,
      address,
      prefixLength: pool.prefixLength,
      gateway: config.gateway,
      mac: request.mac ?? macOf(address),
      interfaceName: "eth0",
      sandboxPath,
      ports: [],
    };
    driver.connect(request.containerId, config, bare);
    const endpoint = { ...bare, ports: this.#publish(network, bare, request) };
    undo.move();
    const { containerId, containerName } = request;
    this.#connected.set(containerId, { containerId, containerName, endpoint });
    return endpoint;
  }

  /** Publishes the event of `connect`; apart, because it is told only when the container has started. */
  announceConnected(containerId: string, endpoint: Endpoint): void {
    this.#publishEvent("connect", containerId, endpoint);
  }

  /** Takes everything back, then frees address and ports. Also for an endpoint whose making a crash cut short. */
  disconnect(containerId: string, endpoint: Endpoint): void {
    const { driver } = this.#options;
    driver.unpublish(endpoint, endpoint.ports);
    driver.removeSandbox(containerId);
    for (const port of endpoint.ports) this.#ports.release(port);
    this.#pools.get(endpoint.networkId)?.release(endpoint.address);
    this.#connected.delete(containerId);
    this.#publishEvent("disconnect", containerId, endpoint);
  }

  /** The daemon has found containers that live on: their addresses and ports are theirs, all other rules and sandboxes go. */
  restore(alive: readonly ConnectedContainer[]): readonly PublishedPort[] {
    const { driver } = this.#options;
    for (const connected of alive) {
      this.#connected.set(connected.containerId, connected);
      this.#pools.get(connected.endpoint.networkId)?.take(connected.endpoint.address);
      for (const port of connected.endpoint.ports) this.#ports.adopt(port);
    }
    for (const sandbox of driver.sandboxes()) if (!this.#connected.has(sandbox)) driver.removeSandbox(sandbox);
    return driver.reconcile(
      alive.map(({ endpoint }) => ({
        endpoint,
        ports: endpoint.ports,
        network: configOf(this.get(endpoint.networkId)),
      })),
    );
  }

  /** The container has a new name: `network inspect` shows it. */
  rename(containerId: string, containerName: string): void {
    const connected = this.#connected.get(containerId);
    if (connected) this.#connected.set(containerId, { ...connected, containerName });
  }

  /** Puts back firewall rules that another program has flushed. To be called every few seconds. */
  repair(): Promise<"intact" | "repaired"> {
    return this.#options.driver.repair();
  }

  /** With no container left to serve (`keepRules` false) the bridges that we made go as well; an adopted one stays. */
  async close({ keepRules }: { keepRules: boolean }): Promise<void> {
    const { driver } = this.#options;
    if (!keepRules)
      for (const record of this.#store.all()) if (record.bridge) await driver.removeNetwork(configOf(record));
    await driver.close({ keepRules });
  }

  /** Reserves host ports and has them forwarded; a port of the ephemeral range that another program has is skipped. */
  #publish(network: NetworkRecord, endpoint: Endpoint, request: ConnectRequest): readonly PublishedPort[] {
    if (request.ports.length === 0) return [];
    const config = configOf(network);
    const reserved: PublishedPort[] = [];
    try {
      for (const wanted of request.ports)
        reserved.push(this.#ports.allocate(wanted, wanted.hostAddress || network.bridge!.hostAddress));
      return this.#forward(config, endpoint, request.ports, reserved);
    } catch (error) {
      for (const port of reserved) this.#ports.release(port);
      if (error instanceof Error) throw connectivityFailed(request.containerName, endpoint.id, error);
      throw error;
    }
  }

  #forward(
    config: NetworkConfig,
    endpoint: Endpoint,
    wanted: readonly PortRequest[],
    reserved: PublishedPort[],
  ): readonly PublishedPort[] {
    const { driver } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        driver.publish(config, endpoint, reserved);
        return [...reserved];
      } catch (error) {
        if (error instanceof HostAddressError) throw notBound(error, endpoint, "cannot assign requested address");
        if (!(error instanceof PortInUseError)) throw error;
        const index = reserved.findIndex((port) => samePort(port, error.port));
        if (index === -1 || wanted[index]!.hostPorts !== undefined || attempt >= 100)
          throw notBound(error, endpoint, "address already in use");
        // Still reserved while the next is chosen, so that it is not chosen again.
        const next = this.#ports.allocate(wanted[index]!, reserved[index]!.hostAddress);
        this.#ports.release(reserved[index]!);
        reserved[index] = next;
      }
    }
  }

  #publishEvent(action: "connect" | "disconnect", container: string, endpoint: Endpoint): void {
    const attributes = { container, name: endpoint.networkName, type: "bridge" };
    this.#options.events.publish({ type: "network", action, id: endpoint.networkId, attributes });
  }
}

function configOf({ id, name, bridge }: NetworkRecord): NetworkConfig {
  if (!bridge) throw new TypeError(`the network ${name} has no bridge`);
  const { device, subnet, gateway, mtu, masquerade, interContainer } = bridge;
  return { id, name, bridge: device, subnet, gateway, mtu, masquerade, interContainer };
}

function notBound(error: PortInUseError | HostAddressError, endpoint: EndpointConfig, reason: string): Error {
  const { hostAddress, hostPort, containerPort, protocol } = error.port;
  return portNotBound(`${hostAddress}:${hostPort}`, `${endpoint.address}:${containerPort}/${protocol}`, reason, error);
}

function samePort(one: PublishedPort, other: PublishedPort): boolean {
  return one.protocol === other.protocol && one.hostPort === other.hostPort && one.hostAddress === other.hostAddress;
}

/** Made of the address: neighbours that remember it are right when the address changes hands. */
function macOf(address: string): string {
  return ["02", "42", ...Array.from(ipToBytes(address), (byte) => byte.toString(16).padStart(2, "0"))].join(":");
}
