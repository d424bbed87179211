/** Names of the table's sets and maps. */
export const sets = {
  /** Names of all our bridges. */
  bridges: "bridges",
  /** Bridges whose containers go out under the host's address. */
  masqueraded: "masqueraded",
  /** Bridges with their subnets: traffic that goes back to where it came from. */
  own: "own",
  /** Bridges whose containers may talk to each other, paired with themselves. */
  open: "open",
  /** protocol . port → container, for ports published at all addresses. */
  ports: "ports",
  /** address . protocol . port → container, for ports published at one address. */
  portsAt: "ports_at",
} as const;

/**
 * The whole table, as `nft` reads it. Rules never change: networks and ports are elements. Loaded over a table that is
 * there already, it renews the rules at a stroke and keeps the elements.
 *
 * What comes in by a wire for 127.0.0.0/8 is not translated: it would leave the loopback before the kernel gets to refuse
 * it, and other hosts would reach what is published for this one alone. Our own such packets pass `output` only.
 */
export function ruleset(table: string): string {
  return `
add table ip ${table}
add set ip ${table} ${sets.bridges} { type ifname; }
add set ip ${table} ${sets.masqueraded} { type ifname; }
add set ip ${table} ${sets.own} { type ifname . ipv4_addr; flags interval; }
add set ip ${table} ${sets.open} { type ifname . ifname; }
add map ip ${table} ${sets.ports} { type inet_proto . inet_service : ipv4_addr . inet_service; }
add map ip ${table} ${sets.portsAt} { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
add chain ip ${table} published
add chain ip ${table} inbound
add chain ip ${table} spoofed { type filter hook prerouting priority raw; policy accept; }
add chain ip ${table} prerouting { type nat hook prerouting priority dstnat; policy accept; }
add chain ip ${table} output { type nat hook output priority -100; policy accept; }
add chain ip ${table} postrouting { type nat hook postrouting priority srcnat; policy accept; }
add chain ip ${table} forward { type filter hook forward priority filter; policy accept; }
flush table ip ${table}
table ip ${table} {
  chain spoofed {
    iifname @${sets.bridges} ip daddr 127.0.0.0/8 drop
  }
  chain published {
    dnat ip to ip daddr . meta l4proto . th dport map @${sets.portsAt}
    dnat ip to meta l4proto . th dport map @${sets.ports}
  }
  chain prerouting {
    ip daddr != 127.0.0.0/8 meta l4proto { tcp, udp, sctp } fib daddr type local jump published
  }
  chain output {
    meta l4proto { tcp, udp, sctp } fib daddr type local jump published
  }
  chain postrouting {
    oifname @${sets.bridges} ip saddr 127.0.0.0/8 masquerade
    oifname . ip saddr @${sets.own} ct status dnat masquerade
    iifname @${sets.masqueraded} oifname != @${sets.bridges} masquerade
  }
  chain forward {
    oifname @${sets.bridges} jump inbound
  }
  chain inbound {
    ct state established,related accept
    ct status dnat accept
    iifname . oifname @${sets.open} accept
    drop
  }
}
`;
}
