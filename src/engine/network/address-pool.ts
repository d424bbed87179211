import { parseCidr } from "#formats/ip-address/cidr.ts";
import { ipv4ToNumber, numberToIpv4 } from "#formats/ip-address/ip-address.ts";

/** The addresses of one IPv4 subnet, given out lowest first. Network, broadcast and gateway address are never free. */
export class AddressPool {
  readonly prefixLength: number;
  readonly #first: number;
  readonly #taken: Uint32Array;
  readonly #size: number;
  /** No free address lies before this one. */
  #hint = 0;

  /** TypeError for text that is no IPv4 subnet, or one of fewer than four addresses. */
  constructor(subnet: string, gateway: string) {
    const block = parseCidr(subnet);
    if (block === undefined || block.family !== 4 || block.prefixLength > 30 || block.prefixLength < 8)
      throw new TypeError(`not a usable IPv4 subnet: ${subnet}`);
    this.prefixLength = block.prefixLength;
    this.#first = Number(block.network);
    this.#size = 2 ** (32 - block.prefixLength);
    this.#taken = new Uint32Array(Math.ceil(this.#size / 32));
    this.#mark(0);
    this.#mark(this.#size - 1);
    this.take(gateway);
  }

  /** The lowest free address; undefined when there is none. */
  next(): string | undefined {
    for (let index = this.#hint; index < this.#size; index++) {
      if (this.#isTaken(index)) continue;
      this.#mark(index);
      this.#hint = index + 1;
      return numberToIpv4(this.#first + index);
    }
    this.#hint = this.#size;
    return undefined;
  }

  /** Reserves an address; false when it is taken or lies outside. */
  take(address: string): boolean {
    const index = this.#indexOf(address);
    if (index === undefined || this.#isTaken(index)) return false;
    this.#mark(index);
    return true;
  }

  /** Gives an address back; one that is not taken is ignored. */
  release(address: string): void {
    const index = this.#indexOf(address);
    if (index === undefined || index === 0 || index === this.#size - 1) return;
    this.#taken[index >>> 5]! &= ~(1 << (index & 31));
    this.#hint = Math.min(this.#hint, index);
  }

  #indexOf(address: string): number | undefined {
    const index = ipv4ToNumber(address) - this.#first;
    return index >= 0 && index < this.#size ? index : undefined;
  }

  #isTaken(index: number): boolean {
    return (this.#taken[index >>> 5]! & (1 << (index & 31))) !== 0;
  }

  #mark(index: number): void {
    this.#taken[index >>> 5]! |= 1 << (index & 31);
  }
}
