import type { Forward } from "../firewall.ts";

/** The arguments of a rule that forwards a published port, without the chain. */
export function portRule(forward: Forward): string {
  const { protocol, hostAddress, hostPort, address, containerPort } = forward;
  const destination = hostAddress === "0.0.0.0" ? "" : `-d ${hostAddress}/32 `;
  const target = `-j DNAT --to-destination ${address}:${containerPort}`;
  return `${destination}-p ${protocol} -m ${protocol} --dport ${hostPort} ${target}`;
}

/** Reads the rules of our chain back from `iptables -t nat -S CHAIN`. Others in it are passed over. */
export function forwardsIn(listing: string): Forward[] {
  const rule =
    /^-A \S+ (?:-d (\S+)\/32 )?-p (tcp|udp|sctp) -m \2 --dport (\d+) -j DNAT --to-destination ([\d.]+):(\d+)$/gm;
  return [...listing.matchAll(rule)].map(([, hostAddress, protocol, hostPort, address, containerPort]) => ({
    protocol: protocol as Forward["protocol"],
    hostAddress: hostAddress ?? "0.0.0.0",
    hostPort: Number(hostPort),
    address: address!,
    containerPort: Number(containerPort),
  }));
}
