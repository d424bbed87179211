import { SyscallError } from "#platform/linux/syscall-error.ts";
import { ProgramError } from "#platform/process/program-error.ts";
import type { Firewall } from "./firewall.ts";
import { IptablesFirewall } from "./iptables/iptables-firewall.ts";
import { NftablesFirewall } from "./nftables/nftables-firewall.ts";

export type FirewallChoice = "auto" | "nftables" | "iptables" | "none";

/** Opens the firewall asked for; for "auto" the first that works. Undefined, with a warning, when none does. */
export async function chooseFirewall(
  choice: FirewallChoice,
  table: string,
): Promise<{ firewall: Firewall | undefined; warnings: readonly string[] }> {
  if (choice === "none") return { firewall: undefined, warnings: [] };
  const candidates = [new NftablesFirewall(table), new IptablesFirewall(table)];
  const failures: string[] = [];
  for (const firewall of candidates.filter(({ kind }) => choice === "auto" || choice === kind)) {
    try {
      return { firewall, warnings: await firewall.open() };
    } catch (error) {
      if (!(error instanceof ProgramError) && !(error instanceof SyscallError)) throw error;
      failures.push(error.message);
    }
  }
  const why = failures.join("; ");
  return {
    firewall: undefined,
    warnings: [`no firewall works, ports cannot be published and containers reach no other host: ${why}`],
  };
}
