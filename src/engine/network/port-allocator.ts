import type { PublishedPort } from "#drivers/network/network-driver.ts";
import { allPortsTaken, portAllocated } from "./network-errors.ts";
import type { PortRequest } from "./network-record.ts";

const anyAddress = "0.0.0.0";

/** Which host ports are promised to which endpoint. It knows of our own containers only: other programs meet the driver. */
export class PortAllocator {
  /** By "tcp 8080", the addresses on which the port is taken. */
  readonly #taken = new Map<string, Set<string>>();
  readonly #ephemeral: { readonly first: number; readonly last: number };
  /** By protocol: where the search in the ephemeral range goes on, so that a port just freed rests for a while. */
  readonly #next = new Map<string, number>();

  constructor(ephemeral: { readonly first: number; readonly last: number }) {
    this.#ephemeral = ephemeral;
  }

  /**
   * Reserves a host port for the request: the one asked for, the first free one of its range, or the next of the ephemeral
   * range. Throws `network.port-allocated` in docker's words when it is taken, `network.no-port` when a range is full.
   */
  allocate(request: PortRequest, address: string): PublishedPort {
    const { protocol, containerPort, hostPorts } = request;
    const hostPort = hostPorts ? this.#firstFree(protocol, address, hostPorts) : this.#nextEphemeral(protocol, address);
    const port = { protocol, containerPort, hostAddress: address, hostPort };
    this.adopt(port);
    return port;
  }

  /** Reserves a port that a container has already (after a restart of the daemon). */
  adopt({ protocol, hostAddress, hostPort }: PublishedPort): void {
    const key = `${protocol} ${hostPort}`;
    const addresses = this.#taken.get(key);
    if (addresses) addresses.add(hostAddress);
    else this.#taken.set(key, new Set([hostAddress]));
  }

  release({ protocol, hostAddress, hostPort }: PublishedPort): void {
    const key = `${protocol} ${hostPort}`;
    const addresses = this.#taken.get(key);
    addresses?.delete(hostAddress);
    if (addresses?.size === 0) this.#taken.delete(key);
  }

  #firstFree(protocol: string, address: string, { first, last }: { first: number; last: number }): number {
    for (let port = first; port <= last; port++) if (this.#isFree(protocol, address, port)) return port;
    if (first === last) throw portAllocated(address, first);
    throw allPortsTaken();
  }

  #nextEphemeral(protocol: string, address: string): number {
    const { first, last } = this.#ephemeral;
    const count = last - first + 1;
    const begin = this.#next.get(protocol) ?? first;
    for (let step = 0; step < count; step++) {
      const port = first + ((begin - first + step) % count);
      if (!this.#isFree(protocol, address, port)) continue;
      this.#next.set(protocol, port === last ? first : port + 1);
      return port;
    }
    throw allPortsTaken();
  }

  #isFree(protocol: string, address: string, port: number): boolean {
    const addresses = this.#taken.get(`${protocol} ${port}`);
    if (!addresses) return true;
    return address !== anyAddress && !addresses.has(address) && !addresses.has(anyAddress);
  }
}
