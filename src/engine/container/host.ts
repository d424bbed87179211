import { readFileSync } from "node:fs";
import { cpus, hostname } from "node:os";

/** What containers take from the machine they run on. */
export interface Host {
  readonly cpuCount: number;
  hostname(): string;
  /** The resolver's configuration with the path it was read from. */
  resolvConf(): { readonly path: string; readonly text: string };
  /** /etc/hosts, for containers that share the host's network. */
  hosts(): string;
}

const resolvConf = "/etc/resolv.conf";
/** systemd-resolved's list of the real servers; /etc/resolv.conf then names only its own address on loopback. */
const resolvedServers = "/run/systemd/resolve/resolv.conf";

export const linuxHost = (): Host => ({
  cpuCount: cpus().length,
  hostname,
  resolvConf: () => {
    const text = readIfThere(resolvConf);
    const servers = [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1]);
    if (servers.length !== 1 || servers[0] !== "127.0.0.53") return { path: resolvConf, text };
    return { path: resolvedServers, text: readIfThere(resolvedServers) };
  },
  hosts: () => readIfThere("/etc/hosts"),
});

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
