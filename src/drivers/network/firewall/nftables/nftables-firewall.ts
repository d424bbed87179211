import { parseCidr } from "#formats/ip-address/cidr.ts";
import { formatIp, ipToBytes } from "#formats/ip-address/ip-address.ts";
import { concatenated, interfaceKey, type NftChange, type NftElement, NftElements } from "#platform/linux/nftables.ts";
import { SyscallError } from "#platform/linux/syscall-error.ts";
import { ProgramError } from "#platform/process/program-error.ts";
import { run } from "#platform/process/run.ts";
import type { NetworkConfig } from "../../network-driver.ts";
import type { Firewall, Forward } from "../firewall.ts";
import { protocolNumbers } from "../protocol-numbers.ts";
import { ForwardAccept } from "./forward-accept.ts";
import { ruleset, sets } from "./ruleset.ts";

/**
 * One table of our own. `nft` runs once, at open; networks and ports are elements, changed by netlink. Beside it, accept
 * rules where another firewall's table would drop what is forwarded.
 */
export class NftablesFirewall implements Firewall {
  readonly kind = "nftables";
  readonly #table: string;
  readonly #foreign: ForwardAccept;
  #elements: NftElements | undefined;
  /** nftables' own count of changes when everything was last seen in its place, our changes since included. */
  #generation = 0;

  constructor(table: string) {
    this.#table = table;
    this.#foreign = new ForwardAccept(table);
  }

  async open(): Promise<readonly string[]> {
    const [, warnings] = await Promise.all([this.#loadRules(), this.#foreign.open()]);
    this.#elements ??= new NftElements(this.#table);
    return warnings;
  }

  async addNetwork(network: NetworkConfig): Promise<void> {
    this.#apply(networkElements(network).map(({ set, element }) => ({ change: "add", set, elements: [element] })));
    // Masquerading or inter-container traffic may have been on in the network's former life.
    for (const { set, element } of allNetworkElements(network))
      if (!isIn(set, network)) this.#removeIfThere({ change: "remove", set, elements: [element] });
    await this.#foreign.add(network.bridge);
  }

  async removeNetwork(network: NetworkConfig): Promise<void> {
    for (const { set, element } of allNetworkElements(network))
      this.#removeIfThere({ change: "remove", set, elements: [element] });
    await this.#foreign.remove(network.bridge);
  }

  addForwards(forwards: readonly Forward[]): void {
    const added = portChanges("add", forwards);
    try {
      this.#apply(added);
    } catch (error) {
      if (!isRefusal(error, "EBUSY", "EEXIST")) throw error;
      // What an earlier daemon left and nobody reconciled.
      this.#apply([...portChanges("remove", this.#present(forwards)), ...added]);
    }
  }

  removeForwards(forwards: readonly Forward[]): void {
    const changes = portChanges("remove", forwards);
    try {
      this.#apply(changes);
    } catch (error) {
      if (!isRefusal(error, "ENOENT")) throw error;
      for (const forward of forwards)
        for (const change of portChanges("remove", [forward])) this.#removeIfThere(change);
    }
  }

  replaceForwards(forwards: readonly Forward[]): void {
    const flush = [sets.ports, sets.portsAt].map((set) => ({ change: "flush", set }) as const);
    this.#apply([...flush, ...portChanges("add", forwards)]);
  }

  async intact(): Promise<boolean> {
    const now = this.#opened.generation();
    if (now === this.#generation && !this.#foreign.usesLegacy) return true;
    if (!this.#opened.exists() || !(await this.#foreign.isInPlace())) return false;
    this.#generation = now;
    return true;
  }

  async close({ keepRules }: { keepRules: boolean }): Promise<void> {
    this.#elements?.[Symbol.dispose]();
    this.#elements = undefined;
    if (keepRules) return;
    await run(["nft", "-f", "-"], { input: `add table ip ${this.#table}\ndelete table ip ${this.#table}\n` });
    await this.#foreign.removeAll();
  }

  get #opened(): NftElements {
    if (this.#elements === undefined) throw new Error("the firewall is not open");
    return this.#elements;
  }

  async #loadRules(): Promise<void> {
    const rules = ruleset(this.#table);
    try {
      await run(["nft", "-f", "-"], { input: rules });
    } catch (error) {
      if (!(error instanceof ProgramError) || error.exitCode === undefined) throw error;
      // A table of another version, with other sets under the same names.
      await run(["nft", "-f", "-"], { input: `add table ip ${this.#table}\ndelete table ip ${this.#table}\n${rules}` });
    }
  }

  #apply(changes: readonly NftChange[]): void {
    if (changes.length === 0) return;
    this.#opened.apply(changes);
    this.#generation += 1;
  }

  #removeIfThere(change: NftChange): void {
    try {
      this.#apply([change]);
    } catch (error) {
      if (!isRefusal(error, "ENOENT")) throw error;
    }
  }

  /** Those whose port is taken in our maps, by whatever container. */
  #present(forwards: readonly Forward[]): Forward[] {
    const taken = new Set(
      [sets.ports, sets.portsAt].flatMap((set) => this.#opened.elements(set).map(({ key }) => `${set} ${hex(key)}`)),
    );
    return forwards.filter((forward) => taken.has(`${setOf(forward)} ${hex(portElement(forward).key)}`));
  }
}

const isIn = (set: string, { masquerade, interContainer }: NetworkConfig) =>
  set === sets.masqueraded ? masquerade : set === sets.open ? interContainer : true;

function allNetworkElements({ bridge, subnet }: NetworkConfig): { set: string; element: NftElement }[] {
  const name = interfaceKey(bridge);
  const one = { key: name };
  const pair = { key: concatenated(name, name) };
  const { first, last } = addressRange(subnet);
  const range = { key: concatenated(name, first), keyEnd: concatenated(name, last) };
  return [
    { set: sets.bridges, element: one },
    { set: sets.masqueraded, element: one },
    { set: sets.own, element: range },
    { set: sets.open, element: pair },
  ];
}

function networkElements(network: NetworkConfig): { set: string; element: NftElement }[] {
  return allNetworkElements(network).filter(({ set }) => isIn(set, network));
}

function addressRange(subnet: string): { first: Uint8Array; last: Uint8Array } {
  const block = parseCidr(subnet);
  if (block?.family !== 4) throw new TypeError(`not an IPv4 subnet: ${subnet}`);
  const bytes = (value: bigint) => ipToBytes(formatIp({ family: 4, value }));
  return { first: bytes(block.network), last: bytes(block.last) };
}

const setOf = ({ hostAddress }: Forward) => (hostAddress === "0.0.0.0" ? sets.ports : sets.portsAt);

function portChanges(change: "add" | "remove", forwards: readonly Forward[]): NftChange[] {
  return [sets.ports, sets.portsAt].flatMap((set) => {
    const elements = forwards.filter((forward) => setOf(forward) === set).map(portElement);
    return elements.length === 0 ? [] : [{ change, set, elements }];
  });
}

/** Exported for its test. */
export function portElement(forward: Forward): NftElement {
  const address = forward.hostAddress === "0.0.0.0" ? [] : [ipToBytes(forward.hostAddress)];
  const protocol = Uint8Array.of(protocolNumbers[forward.protocol]);
  return {
    key: concatenated(...address, protocol, portBytes(forward.hostPort)),
    data: concatenated(ipToBytes(forward.address), portBytes(forward.containerPort)),
  };
}

function portBytes(port: number): Uint8Array {
  return Uint8Array.of(port >>> 8, port & 0xff);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function isRefusal(error: unknown, ...codes: string[]): boolean {
  return error instanceof SyscallError && codes.includes(error.code);
}
