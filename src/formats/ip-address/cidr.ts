import { formatIp, type IpAddress, parseIp } from "./ip-address.ts";

/** An address with a prefix length, as in "172.17.0.1/16". */
export interface Cidr {
  readonly family: 4 | 6;
  /** The address as written, host bits included. */
  readonly address: bigint;
  /** The address with its host bits cleared: the first of the block. */
  readonly network: bigint;
  /** The last address of the block; for IPv4 that is its broadcast address. */
  readonly last: bigint;
  readonly prefixLength: number;
}

/** Reads "ADDRESS/LENGTH"; undefined for anything else. Host bits are allowed, `network` has them cleared. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  if (match === null) return undefined;
  const address = parseIp(match[1]!);
  const prefixLength = Number(match[2]);
  if (address === undefined || prefixLength > bitsOf(address.family)) return undefined;
  return cidrOf(address, prefixLength);
}

/** The block of the given length around an address. */
export function cidrOf({ family, value }: IpAddress, prefixLength: number): Cidr {
  const hostBits = BigInt(bitsOf(family) - prefixLength);
  const network = (value >> hostBits) << hostBits;
  return { family, address: value, network, last: network + (1n << hostBits) - 1n, prefixLength };
}

/** "NETWORK/LENGTH" in canonical form, host bits cleared. */
export function formatCidr({ family, network, prefixLength }: Cidr): string {
  return `${formatIp({ family, value: network })}/${prefixLength}`;
}

/** Whether the address lies in the block. An address of the other family, or text that is none, does not. */
export function contains(block: Cidr, address: IpAddress | string): boolean {
  const candidate = typeof address === "string" ? parseIp(address) : address;
  if (candidate === undefined || candidate.family !== block.family) return false;
  return candidate.value >= block.network && candidate.value <= block.last;
}

/** Whether two blocks share an address. */
export function overlaps(one: Cidr, other: Cidr): boolean {
  return one.family === other.family && one.network <= other.last && other.network <= one.last;
}

function bitsOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}
