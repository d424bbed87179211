import { formatCidr, parseCidr } from "#formats/ip-address/cidr.ts";
import { ProgramError } from "#platform/process/program-error.ts";
import { run } from "#platform/process/run.ts";
import { runSync } from "#platform/process/run-sync.ts";
import type { NetworkConfig } from "../../network-driver.ts";
import type { Firewall, Forward } from "../firewall.ts";
import { forwardsIn, portRule } from "./port-rule.ts";

interface Rule {
  readonly table: string;
  readonly chain: string;
  /** Where new ones go: before all that is there, or behind. */
  readonly place: "-I" | "-A";
  readonly match: readonly string[];
}

/**
 * For hosts without nftables. Chains of our own in iptables' tables, each reached by one jump; a published port is one
 * rule. Every change is a child process of some 10 ms.
 */
export class IptablesFirewall implements Firewall {
  readonly kind = "iptables";
  readonly #chains: Record<"ports" | "outgoing" | "forward" | "spoofed", string>;

  constructor(table: string) {
    const chain = (suffix: string) => `${table}-${suffix}`;
    this.#chains = { ports: chain("dnat"), outgoing: chain("snat"), forward: chain("fwd"), spoofed: chain("raw") };
  }

  async open(): Promise<readonly string[]> {
    for (const { table, chain } of this.#places()) await change(table, ["-N", chain], { mayFail: true });
    for (const jump of this.#jumps()) {
      await change(jump.table, ["-D", jump.chain, ...jump.match], { mayFail: true });
      await change(jump.table, [jump.place, jump.chain, ...jump.match]);
    }
    return [];
  }

  async addNetwork(network: NetworkConfig): Promise<void> {
    await this.removeNetwork(network);
    for (const { table, place, chain, match } of this.#networkRules(network))
      await change(table, [place, chain, ...match]);
  }

  async removeNetwork(network: NetworkConfig): Promise<void> {
    for (const interContainer of [true, false])
      for (const { table, chain, match } of this.#networkRules({ ...network, masquerade: true, interContainer }))
        await change(table, ["-D", chain, ...match], { mayFail: true });
  }

  addForwards(forwards: readonly Forward[]): void {
    const stale = this.#listed().filter((listed) => forwards.some((forward) => samePort(forward, listed)));
    this.#restore([
      ...stale.map((forward) => `-D ${this.#chains.ports} ${portRule(forward)}`),
      ...forwards.map((forward) => `-A ${this.#chains.ports} ${portRule(forward)}`),
    ]);
  }

  removeForwards(forwards: readonly Forward[]): void {
    const wanted = new Set(forwards.map(portRule));
    const present = this.#listed()
      .map(portRule)
      .filter((rule) => wanted.has(rule));
    this.#restore(present.map((rule) => `-D ${this.#chains.ports} ${rule}`));
  }

  replaceForwards(forwards: readonly Forward[]): void {
    const { ports } = this.#chains;
    this.#restore([`:${ports} - [0:0]`, ...forwards.map((forward) => `-A ${ports} ${portRule(forward)}`)]);
  }

  async intact(): Promise<boolean> {
    for (const { table, chain, match } of this.#jumps())
      if (!(await change(table, ["-C", chain, ...match], { mayFail: true }))) return false;
    return true;
  }

  async close({ keepRules }: { keepRules: boolean }): Promise<void> {
    if (keepRules) return;
    for (const { table, chain, match } of this.#jumps())
      await change(table, ["-D", chain, ...match], { mayFail: true });
    for (const { table, chain } of this.#places()) {
      await change(table, ["-F", chain], { mayFail: true });
      await change(table, ["-X", chain], { mayFail: true });
    }
  }

  #places(): { table: string; chain: string }[] {
    const { ports, outgoing, forward, spoofed } = this.#chains;
    return [
      { table: "nat", chain: ports },
      { table: "nat", chain: outgoing },
      { table: "filter", chain: forward },
      { table: "raw", chain: spoofed },
    ];
  }

  #jumps(): Rule[] {
    const { ports, outgoing, forward, spoofed } = this.#chains;
    const toHost = ["-m", "addrtype", "--dst-type", "LOCAL", "-j", ports];
    return [
      // Not from a wire to the loopback: translated here, the kernel would not get to refuse it.
      { table: "nat", chain: "PREROUTING", place: "-A", match: ["!", "-d", "127.0.0.0/8", ...toHost] },
      { table: "nat", chain: "OUTPUT", place: "-A", match: toHost },
      { table: "nat", chain: "POSTROUTING", place: "-A", match: ["-j", outgoing] },
      { table: "filter", chain: "FORWARD", place: "-I", match: ["-j", forward] },
      { table: "raw", chain: "PREROUTING", place: "-I", match: ["-j", spoofed] },
    ];
  }

  /** Rules that are inserted come in reverse, so that the last of them stands first. */
  #networkRules({ bridge, subnet, masquerade, interContainer }: NetworkConfig): Rule[] {
    const { outgoing, forward, spoofed } = this.#chains;
    const block = parseCidr(subnet);
    const source = block ? formatCidr(block) : subnet;
    const verdict = interContainer ? "ACCEPT" : "DROP";
    const state = (states: string) => ["-m", "conntrack", "--ctstate", states];
    const leaving = (place: "-I" | "-A", ...match: string[]): Rule => ({ table: "nat", chain: outgoing, place, match });
    const into = (...match: string[]): Rule => ({
      table: "filter",
      chain: forward,
      place: "-I",
      match: ["-o", bridge, ...match],
    });
    return [
      leaving("-I", "-o", bridge, "-j", "RETURN"),
      leaving("-I", "-s", source, "-o", bridge, ...state("DNAT"), "-j", "MASQUERADE"),
      leaving("-I", "-s", "127.0.0.0/8", "-o", bridge, "-j", "MASQUERADE"),
      // Behind the returns of all bridges.
      ...(masquerade ? [leaving("-A", "-s", source, "-j", "MASQUERADE")] : []),
      into("-j", "DROP"),
      into("-i", bridge, "-j", verdict),
      into(...state("DNAT"), "-j", "ACCEPT"),
      into(...state("RELATED,ESTABLISHED"), "-j", "ACCEPT"),
      // Behind the drops of all bridges.
      { table: "filter", chain: forward, place: "-A", match: ["-i", bridge, "-j", "ACCEPT"] },
      { table: "raw", chain: spoofed, place: "-A", match: ["-i", bridge, "-d", "127.0.0.0/8", "-j", "DROP"] },
    ];
  }

  #listed(): Forward[] {
    return forwardsIn(runSync(["iptables", "-w", "-t", "nat", "-S", this.#chains.ports]));
  }

  #restore(lines: readonly string[]): void {
    if (lines.length === 0) return;
    runSync(["iptables-restore", "-w", "--noflush"], { input: `*nat\n${lines.join("\n")}\nCOMMIT\n` });
  }
}

function samePort(one: Forward, other: Forward): boolean {
  return one.hostPort === other.hostPort && one.protocol === other.protocol && one.hostAddress === other.hostAddress;
}

/** Runs one iptables command; false when it failed and may. */
async function change(table: string, args: readonly string[], { mayFail = false } = {}): Promise<boolean> {
  try {
    await run(["iptables", "-w", "-t", table, ...args]);
    return true;
  } catch (error) {
    // Without an exit code the program is not there at all.
    if (mayFail && error instanceof ProgramError && error.exitCode !== undefined) return false;
    throw error;
  }
}
