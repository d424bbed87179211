import { readFileSync } from "node:fs";
import { ProgramError } from "#platform/process/program-error.ts";
import { run } from "#platform/process/run.ts";
import { acceptPosition, type ForwardChain, forwardChain } from "./forward-chain.ts";

/**
 * Accept rules for our bridges in the FORWARD chain of iptables. What our own table accepts, another table may still
 * drop: dockerd, ufw and others set the policy of iptables' FORWARD chain to DROP. Where that chain is untouched we leave
 * it so. The rules come behind those that are there, before a last "drop all": an administrator's exceptions keep their
 * force, and what may pass between bridges stays our own table's decision, for a drop in any table is final.
 */
export class ForwardAccept {
  readonly #tag: string;
  /** `iptables` and, on a host that uses both generations, `iptables-legacy`. */
  #programs: readonly string[] = [];
  readonly #bridges = new Set<string>();

  /** The tag is put as a comment on each rule and finds them again. */
  constructor(tag: string) {
    this.#tag = tag;
  }

  /** Old iptables does not count in nftables' generation. */
  get usesLegacy(): boolean {
    return this.#programs.includes(legacy);
  }

  async open(): Promise<readonly string[]> {
    const programs = legacyFilterIsLoaded() ? ["iptables", legacy] : ["iptables"];
    const chains = await Promise.all(programs.map((program) => this.#chain(program)));
    this.#programs = programs.filter((_, index) => chains[index] !== undefined);
    return foreignDrops();
  }

  async add(bridge: string): Promise<void> {
    this.#bridges.add(bridge);
    for (const program of this.#programs) await this.#addMissing(program);
  }

  async remove(bridge: string): Promise<void> {
    this.#bridges.delete(bridge);
    await this.#deleteRules((rule) => rule.bridge === bridge);
  }

  /** Also those of bridges that this process never heard of. */
  async removeAll(): Promise<void> {
    this.#bridges.clear();
    await this.#deleteRules(() => true);
  }

  async isInPlace(): Promise<boolean> {
    for (const program of this.#programs) {
      const chain = await this.#chain(program);
      if (chain && this.#missing(chain).length > 0) return false;
    }
    return true;
  }

  async #addMissing(program: string): Promise<void> {
    const chain = await this.#chain(program);
    if (chain === undefined) return;
    const position = acceptPosition(chain);
    for (const { bridge, direction } of this.#missing(chain)) {
      const where = position === undefined ? ["-A", "FORWARD"] : ["-I", "FORWARD", String(position)];
      await run([program, "-w", ...where, ...this.#rule(bridge, direction)]);
    }
  }

  #missing(chain: ForwardChain): { bridge: string; direction: "-i" | "-o" }[] {
    if (!chain.mayDrop) return [];
    return [...this.#bridges]
      .flatMap((bridge) => [{ bridge, direction: "-i" } as const, { bridge, direction: "-o" } as const])
      .filter((rule) => !chain.own.some((own) => own.bridge === rule.bridge && own.direction === rule.direction));
  }

  async #deleteRules(picks: (rule: { bridge: string }) => boolean): Promise<void> {
    for (const program of this.#programs) {
      const chain = await this.#chain(program);
      for (const { bridge, direction } of chain?.own.filter(picks) ?? [])
        await run([program, "-w", "-D", "FORWARD", ...this.#rule(bridge, direction)], { acceptFailure: true });
    }
  }

  #rule(bridge: string, direction: "-i" | "-o"): string[] {
    return [direction, bridge, "-m", "comment", "--comment", this.#tag, "-j", "ACCEPT"];
  }

  /** Undefined where the program is not installed or does not work on this kernel. */
  async #chain(program: string): Promise<ForwardChain | undefined> {
    try {
      const { stdout } = await run([program, "-w", "-S", "FORWARD"]);
      return forwardChain(stdout, this.#tag);
    } catch (error) {
      if (error instanceof ProgramError) return undefined;
      throw error;
    }
  }
}

const legacy = "iptables-legacy";

/** Asking the program would load the old tables, and with them their cost for every packet. */
function legacyFilterIsLoaded(): boolean {
  try {
    return readFileSync("/proc/thread-self/net/ip_tables_names", "utf8").split("\n").includes("filter");
  } catch {
    return false;
  }
}

interface ListedChain {
  readonly chain?: { family: string; table: string; name: string; hook?: string; policy?: string };
}

/** Chains of plain nftables that drop what is forwarded: only their owner can say where an exception belongs. */
async function foreignDrops(): Promise<string[]> {
  const { stdout, exitCode } = await run(["nft", "-j", "list", "chains"], { acceptFailure: true });
  if (exitCode !== 0) return [];
  const listed = (JSON.parse(stdout) as { nftables: ListedChain[] }).nftables;
  return listed.flatMap(({ chain }) => {
    if (chain?.hook !== "forward" || chain.policy !== "drop") return [];
    if (chain.table === "filter" && chain.name === "FORWARD") return [];
    const where = `chain ${chain.name} of the nftables table ${chain.family} ${chain.table}`;
    return [`${where} drops forwarded traffic: let it accept the containers' bridges`];
  });
}
