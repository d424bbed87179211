import { createHash } from "node:crypto";
import { closeSync } from "node:fs";
import { parseCidr } from "#formats/ip-address/cidr.ts";
import { ipToBytes } from "#formats/ip-address/ip-address.ts";
import { inNetworkNamespace, openNetworkNamespace } from "#platform/linux/network-namespace.ts";
import { type Link, RouteNetlink } from "#platform/linux/rtnetlink.ts";
import { readSysctl, writeSysctl } from "#platform/linux/sysctl.ts";
import { chooseFirewall, type FirewallChoice } from "../firewall/choose-firewall.ts";
import type { Firewall, Forward } from "../firewall/firewall.ts";
import {
  type EndpointConfig,
  type NetworkConfig,
  type NetworkDriver,
  type NetworkFacts,
  NoFirewallError,
  type PublishedPort,
} from "../network-driver.ts";
import { Sandboxes } from "../sandbox/sandboxes.ts";
import { HeldPorts } from "./held-ports.ts";
import { forgetForwarded, forgetUnforwarded } from "./stale-flows.ts";

export interface BridgeOptions {
  /** Folder of the sandboxes' files; it must not outlive the machine's restart. */
  readonly sandboxesFolder: string;
  /** Name of the firewall table, one per daemon: at most 23 lower-case letters, digits and `_`. */
  readonly tableName: string;
  readonly firewall: FirewallChoice;
  /** Switch IP forwarding on where it is off. */
  readonly ipForward: boolean;
}

/** Containers hang on a Linux bridge by veth pairs; the firewall forwards their published ports. */
export class BridgeDriver implements NetworkDriver {
  readonly name = "bridge";
  readonly #options: BridgeOptions;
  readonly #sandboxes: Sandboxes;
  readonly #held = new HeldPorts();
  readonly #networks = new Map<string, NetworkConfig>();
  readonly #forwards = new Map<string, readonly Forward[]>();
  #route: RouteNetlink | undefined;
  #firewall: Firewall | undefined;

  constructor(options: Pick<BridgeOptions, "sandboxesFolder" | "tableName"> & Partial<BridgeOptions>) {
    if (!/^[a-z]\w{0,22}$/.test(options.tableName)) throw new TypeError(`not a table name: ${options.tableName}`);
    this.#options = { firewall: "auto", ipForward: true, ...options };
    this.#sandboxes = new Sandboxes(options.sandboxesFolder);
  }

  async open(): Promise<NetworkFacts> {
    this.#route ??= new RouteNetlink();
    const warnings = this.#forwardPackets();
    const { firewall, warnings: more } = await chooseFirewall(this.#options.firewall, this.#options.tableName);
    this.#firewall = firewall;
    return { firewall: firewall?.kind ?? "none", warnings: [...warnings, ...more] };
  }

  async createNetwork(network: NetworkConfig): Promise<void> {
    const { bridge } = network;
    if (this.#kernel.link(bridge) === undefined)
      this.#kernel.createBridge({ name: bridge, mac: bridgeMac(network), mtu: network.mtu, alias: aliasOf(network) });
    this.#kernel.addAddress(bridge, ipToBytes(network.gateway), prefixLengthOf(network));
    this.#kernel.setUp(bridge);
    // The host's own 127.0.0.1 may send into the bridge: ports published there lead to the container.
    writeSysctl(`net/ipv4/conf/${bridge}/route_localnet`, "1");
    if (readSysctl(`net/ipv6/conf/${bridge}/disable_ipv6`) === "0")
      writeSysctl(`net/ipv6/conf/${bridge}/disable_ipv6`, "1");
    await this.#firewall?.addNetwork(network);
    this.#networks.set(network.id, network);
  }

  /** A bridge that was there before the network stays. */
  async removeNetwork(network: NetworkConfig): Promise<void> {
    this.#networks.delete(network.id);
    if (this.#kernel.link(network.bridge)?.alias === aliasOf(network)) this.#kernel.deleteLink(network.bridge);
    await this.#firewall?.removeNetwork(network);
  }

  createSandbox(id: string): string {
    return this.#sandboxes.create(id);
  }

  removeSandbox(id: string): void {
    this.#sandboxes.remove(id);
  }

  sandboxes(): readonly string[] {
    return this.#sandboxes.list();
  }

  connect(sandboxId: string, network: NetworkConfig, endpoint: EndpointConfig): void {
    const path = this.#sandboxes.path(sandboxId);
    const namespaceFd = openNetworkNamespace(path);
    const name = hostInterface(endpoint);
    const bridge = this.#bridgeOf(network);
    try {
      const peer = { name: endpoint.interfaceName, mac: endpoint.mac, namespaceFd };
      this.#kernel.createVethPair({ name, bridgeIndex: bridge.index, mtu: network.mtu, peer });
    } finally {
      closeSync(namespaceFd);
    }
    try {
      if (!network.interContainer) this.#kernel.configureBridgePort(name, "isolated");
      using inside = inNetworkNamespace(path, () => new RouteNetlink());
      inside.configure(endpoint.interfaceName, {
        address: ipToBytes(endpoint.address),
        prefixLength: prefixLengthOf(network),
        gateway: ipToBytes(network.gateway),
      });
      // The address may have belonged to another MAC a moment ago.
      this.#kernel.setNeighbour(bridge.index, ipToBytes(endpoint.address), endpoint.mac);
    } catch (error) {
      this.#kernel.deleteLink(name);
      throw error;
    }
  }

  disconnect(_sandboxId: string, _network: NetworkConfig, endpoint: EndpointConfig): void {
    this.#kernel.deleteLink(hostInterface(endpoint));
  }

  publish(_network: NetworkConfig, endpoint: EndpointConfig, ports: readonly PublishedPort[]): void {
    if (ports.length === 0) return;
    const forwards = forwardsOf(endpoint, ports);
    if (this.#firewall === undefined) throw new NoFirewallError();
    using undo = new DisposableStack();
    this.#held.bind(endpoint.id, ports);
    undo.defer(() => this.#held.release(endpoint.id, ports));
    this.#firewall.addForwards(forwards);
    undo.defer(() => this.#firewall?.removeForwards(forwards));
    // Only now: what arrived before the rule would wait at our listener for ever.
    this.#held.listen(ports);
    // Where the kernel filters bridged frames (br_netfilter), the container's own published port is on its own bridge port.
    this.#kernel.configureBridgePort(hostInterface(endpoint), "hairpin");
    forgetUnforwarded(this.#kernel, forwards);
    this.#forwards.set(endpoint.id, [...(this.#forwards.get(endpoint.id) ?? []), ...forwards]);
    undo.move();
  }

  unpublish(endpoint: EndpointConfig, ports: readonly PublishedPort[]): void {
    const own = ports.filter((port) => this.#held.mayRelease(endpoint.id, port));
    if (own.length === 0) return;
    this.#firewall?.removeForwards(forwardsOf(endpoint, own));
    this.#held.release(endpoint.id, own);
    forgetForwarded(forwardsOf(endpoint, own));
    const rest = (this.#forwards.get(endpoint.id) ?? []).filter(
      (forward) => !own.some((port) => samePort(port, forward)),
    );
    if (rest.length === 0) this.#forwards.delete(endpoint.id);
    else this.#forwards.set(endpoint.id, rest);
  }

  reconcile(
    alive: readonly { endpoint: EndpointConfig; ports: readonly PublishedPort[]; network: NetworkConfig }[],
  ): readonly PublishedPort[] {
    this.#forwards.clear();
    this.#held.releaseAll();
    for (const { endpoint, ports } of alive)
      if (ports.length > 0)
        this.#forwards.set(endpoint.id, [...(this.#forwards.get(endpoint.id) ?? []), ...forwardsOf(endpoint, ports)]);
    this.#firewall?.replaceForwards([...this.#forwards.values()].flat());
    return alive.flatMap(({ endpoint, ports }) => ports.filter((port) => !this.#held.tryHold(endpoint.id, port)));
  }

  async repair(): Promise<"intact" | "repaired"> {
    if (this.#firewall === undefined || (await this.#firewall.intact())) return "intact";
    await this.#firewall.open();
    for (const network of this.#networks.values()) await this.#firewall.addNetwork(network);
    this.#firewall.replaceForwards([...this.#forwards.values()].flat());
    return "repaired";
  }

  /** Bridges stay: which of them is to go, the caller says by `removeNetwork`. */
  async close(options: { keepRules: boolean }): Promise<void> {
    await this.#firewall?.close(options);
    this.#firewall = undefined;
    this.#held.releaseAll();
    this.#route?.[Symbol.dispose]();
    this.#route = undefined;
  }

  get #kernel(): RouteNetlink {
    if (this.#route === undefined) throw new Error("the bridge driver is not open");
    return this.#route;
  }

  #bridgeOf({ bridge }: NetworkConfig): Link {
    const link = this.#kernel.link(bridge);
    if (link === undefined) throw new Error(`the bridge ${bridge} is gone`);
    return link;
  }

  #forwardPackets(): string[] {
    if (!this.#options.ipForward || readSysctl("net/ipv4/ip_forward") === "1") return [];
    writeSysctl("net/ipv4/ip_forward", "1");
    return ["IP forwarding was off; it is on now, for all interfaces of this host"];
  }
}

/** Name of the host's end of the pair, so that it is found again after a crash: 15 characters. */
export function hostInterface({ id }: EndpointConfig): string {
  return `veth${createHash("sha256").update(id).digest("hex").slice(0, 11)}`;
}

function forwardsOf({ address }: EndpointConfig, ports: readonly PublishedPort[]): Forward[] {
  return ports.map((port) => ({ ...port, address }));
}

function samePort(one: PublishedPort, other: PublishedPort): boolean {
  return one.hostPort === other.hostPort && one.protocol === other.protocol && one.hostAddress === other.hostAddress;
}

/** Marks a bridge of our own making, with the one network that may remove it. */
function aliasOf({ id }: NetworkConfig): string {
  return `network ${id}`;
}

/** A bridge without an address of its own would change it whenever a container comes or goes. */
function bridgeMac({ gateway }: NetworkConfig): string {
  return ["02", "42", ...Array.from(ipToBytes(gateway), (byte) => byte.toString(16).padStart(2, "0"))].join(":");
}

function prefixLengthOf({ subnet }: NetworkConfig): number {
  const block = parseCidr(subnet);
  if (block === undefined) throw new TypeError(`not a subnet: ${subnet}`);
  return block.prefixLength;
}
