import type { PublishedPort } from "#drivers/network/network-driver.ts";

/** A network as it is kept in the database. Of the host and null drivers only the name matters. */
export interface NetworkRecord {
  readonly id: string;
  readonly name: string;
  readonly driver: "bridge" | "host" | "null";
  /** RFC 3339 with nanoseconds. */
  readonly createdAt: string;
  /** Only of bridge networks. */
  readonly bridge?: BridgeSettings;
}

export interface BridgeSettings {
  /** The kernel's name of the bridge. */
  readonly device: string;
  /** CIDR. */
  readonly subnet: string;
  readonly gateway: string;
  readonly mtu: number;
  readonly masquerade: boolean;
  readonly interContainer: boolean;
  /** Where ports are published when the user names no address. */
  readonly hostAddress: string;
}

/** A container's place in a network while it runs; kept in the container's record, so that it survives the daemon. */
export interface Endpoint {
  readonly id: string;
  readonly networkId: string;
  readonly networkName: string;
  /** IPv4 without prefix length. */
  readonly address: string;
  readonly prefixLength: number;
  readonly gateway: string;
  readonly mac: string;
  readonly interfaceName: string;
  /** Path of the network namespace. */
  readonly sandboxPath: string;
  readonly ports: readonly PublishedPort[];
}

/** One port that a container wants published. */
export interface PortRequest {
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly containerPort: number;
  /** Empty for the network's default. */
  readonly hostAddress: string;
  /** First and last acceptable host port; undefined for any of the host's ephemeral range. */
  readonly hostPorts: { readonly first: number; readonly last: number } | undefined;
}
