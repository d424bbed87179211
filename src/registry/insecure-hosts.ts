import { lookup } from "node:dns/promises";
import { BlockList, isIP, isIPv6 } from "node:net";

/**
 * The servers that may be talked to without a verified certificate, and over plain HTTP when they do not speak TLS: those
 * named by the administrator (host, host:port or CIDR) and, always, this machine itself.
 */
export class InsecureHosts {
  readonly #names = new Set<string>();
  readonly #networks = new BlockList();

  constructor(entries: readonly string[]) {
    for (const entry of ["127.0.0.0/8", "::1/128", ...entries]) this.#add(entry);
  }

  /** `authority` is a host with an optional port. A name counts also by the addresses it resolves to. */
  async includes(authority: string): Promise<boolean> {
    const { hostname } = new URL(`http://${authority}`);
    const host = hostname.replace(/^\[|\]$/g, "");
    if (this.#names.has(authority) || this.#names.has(host) || host === "localhost") return true;
    const addresses = isIP(host) ? [host] : await addressesOf(host);
    return addresses.some((address) => this.#networks.check(address, isIPv6(address) ? "ipv6" : "ipv4"));
  }

  #add(entry: string): void {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address);
    if (bits !== undefined && family !== 0)
      this.#networks.addSubnet(address, Number(bits), family === 6 ? "ipv6" : "ipv4");
    else this.#names.add(entry.replace(/^https?:\/\//, "").replace(/\/$/, ""));
  }
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    // The request itself will tell that there is no such host.
    return [];
  }
}
