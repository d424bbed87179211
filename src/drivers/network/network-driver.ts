/**
 * The network driver gives a container's sandbox (its network namespace) its interfaces and publishes its ports.
 * Everything on `connect` and `publish` is synchronous netlink, without a child process: it is on `docker run`'s path.
 * The engine allocates addresses and host ports and remembers them; the driver does as it is told and can remove by
 * name whatever it has made, after any crash.
 */
export interface NetworkDriver {
  readonly name: string;
  /** Makes what the driver needs once a host (firewall table, chains, sysctls). Leaves foreign rules alone. */
  open(): Promise<NetworkFacts>;
  /** Makes or adopts the network's own device (a bridge). Idempotent. */
  createNetwork(network: NetworkConfig): Promise<void>;
  removeNetwork(network: NetworkConfig): Promise<void>;

  /** A persistent network namespace with loopback up, at the returned path. Synchronous. */
  createSandbox(id: string): string;
  /** Deletes the sandbox and so all interfaces in it. Idempotent. */
  removeSandbox(id: string): void;
  /** Names of all sandboxes there are, for reconciling at start. */
  sandboxes(): readonly string[];

  /**
   * Puts the endpoint's interface into the sandbox with address and MAC; the first one also gets the default route.
   * Synchronous.
   */
  connect(sandboxId: string, network: NetworkConfig, endpoint: EndpointConfig): void;
  disconnect(sandboxId: string, network: NetworkConfig, endpoint: EndpointConfig): void;
  /**
   * Forwards host ports to the endpoint. All or nothing; PortInUseError when another program listens, HostAddressError
   * when the host cannot be reached at the address. Synchronous.
   */
  publish(network: NetworkConfig, endpoint: EndpointConfig, ports: readonly PublishedPort[]): void;
  /** Takes back what `publish` did, also after a restart of the daemon. Idempotent; a port that another has is let be. */
  unpublish(endpoint: EndpointConfig, ports: readonly PublishedPort[]): void;
  /**
   * Removes every forwarded port that is not in `alive` and holds those that are; called once at start, after
   * `createNetwork` for each network. Returns the ports that another program has taken since: they are forwarded all the
   * same.
   */
  reconcile(
    alive: readonly { endpoint: EndpointConfig; ports: readonly PublishedPort[]; network: NetworkConfig }[],
  ): readonly PublishedPort[];
  /**
   * Puts back rules that another program has removed (a firewall's restart flushes all tables). Cheap when nothing is
   * missing, so it may be called every few seconds. Returns what it did.
   */
  repair(): Promise<"intact" | "repaired">;
  /** Takes the tables away when the daemon stops for good. Containers that live on keep theirs. */
  close(options: { keepRules: boolean }): Promise<void>;
}

export interface NetworkFacts {
  /** "nftables", "iptables" or "none". */
  readonly firewall: string;
  readonly warnings: readonly string[];
}

export interface NetworkConfig {
  readonly id: string;
  readonly name: string;
  /** Kernel name of the bridge, at most 15 characters. */
  readonly bridge: string;
  /** CIDR, "172.17.0.0/16". */
  readonly subnet: string;
  /** Address of the bridge itself. */
  readonly gateway: string;
  readonly mtu: number;
  readonly masquerade: boolean;
  readonly interContainer: boolean;
}

export interface EndpointConfig {
  readonly id: string;
  /** IPv4 address without prefix length. */
  readonly address: string;
  /** Best derived from the address: neighbours remember the MAC of an address for a while after it has changed hands. */
  readonly mac: string;
  /** Name inside the sandbox, "eth0". */
  readonly interfaceName: string;
}

export interface PublishedPort {
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly containerPort: number;
  readonly hostAddress: string;
  readonly hostPort: number;
}

export class PortInUseError extends Error {
  override readonly name = "PortInUseError";
  readonly port: PublishedPort;
  constructor(port: PublishedPort) {
    super(`${port.hostAddress}:${port.hostPort}/${port.protocol} is in use`);
    this.port = port;
  }
}

/** The port cannot be published at this address: it is not one of the host's own, or the network has no such family. */
export class HostAddressError extends Error {
  override readonly name = "HostAddressError";
  readonly port: PublishedPort;
  constructor(port: PublishedPort) {
    super(`cannot publish ${port.hostPort}/${port.protocol} at ${port.hostAddress}`);
    this.port = port;
  }
}

/** There is no working firewall, so no port can be published. */
export class NoFirewallError extends Error {
  override readonly name = "NoFirewallError";
  constructor() {
    super("ports cannot be published: neither nftables nor iptables works here");
  }
}
