import type { NetworkConfig, PublishedPort } from "../network-driver.ts";

/** A published port and where it leads. */
export interface Forward extends PublishedPort {
  /** The container's IPv4 address. */
  readonly address: string;
}

/**
 * What the bridge driver wants from a firewall. The policy, the same in each:
 * - traffic into a bridge passes when it answers, when it came by a published port, or when it stays within a bridge
 *   whose containers may talk to each other; all else is dropped, from other bridges too;
 * - traffic out of a bridge to anywhere but a bridge gets the host's address where the network asks for it;
 * - a published port leads to its container from other hosts, from the host itself (127.0.0.1 included) and from
 *   containers; for clients outside containers, and not on the host's loopback, the client's address stays as it is;
 * - nothing that comes out of a bridge reaches the host's 127.0.0.0/8.
 */
export interface Firewall {
  readonly kind: "nftables" | "iptables";
  /** Makes tables and chains, or adopts those of an earlier daemon with the forwards in them. Returns warnings. */
  open(): Promise<readonly string[]>;
  /** Idempotent. */
  addNetwork(network: NetworkConfig): Promise<void>;
  /** Idempotent. */
  removeNetwork(network: NetworkConfig): Promise<void>;
  /** All or nothing; takes a port over from whoever has it. Synchronous. */
  addForwards(forwards: readonly Forward[]): void;
  /** Those that are not there are passed over. Synchronous. */
  removeForwards(forwards: readonly Forward[]): void;
  /** Afterwards there are these forwards and no others. Synchronous. */
  replaceForwards(forwards: readonly Forward[]): void;
  /** Whether everything is still in its place. Cheap while nobody changes any rule. */
  intact(): Promise<boolean>;
  /** Lets go of the kernel; takes the rules away unless they are to stay. */
  close(options: { keepRules: boolean }): Promise<void>;
}
