export interface HostsOptions {
  /** The container's own address; undefined without a network of its own. */
  readonly address: string | undefined;
  readonly hostname: string;
  readonly domainname: string;
  /** "name:address" as the user wrote them; `host-gateway` stands for the host. */
  readonly extra: readonly string[];
  readonly hostGateway: string | undefined;
}

const loopback = ["127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback"];
const ipv6 = ["fe00::\tip6-localnet", "ff00::\tip6-mcastprefix", "ff02::1\tip6-allnodes", "ff02::2\tip6-allrouters"];

/** A container's /etc/hosts. */
export function hostsFile({ address, hostname, domainname, extra, hostGateway }: HostsOptions): string {
  const lines = [...loopback, ...ipv6, ...extraLines(extra, hostGateway)];
  if (address !== undefined) lines.push(`${address}\t${namesOf(hostname, domainname)}`);
  return `${lines.join("\n")}\n`;
}

/** The lines of `--add-host`, for the end of the host's own file where a container shares its network. */
export function extraLines(extra: readonly string[], hostGateway: string | undefined): string[] {
  return extra.flatMap((entry) => {
    const { name, address } = splitExtraHost(entry);
    const resolved = address === "host-gateway" ? hostGateway : address;
    return resolved === undefined ? [] : [`${resolved}\t${name}`];
  });
}

/** "name:address"; the address may hold colons, and brackets around an IPv6 one are dropped. */
export function splitExtraHost(entry: string): { name: string; address: string } {
  const colon = entry.indexOf(":");
  if (colon === -1) return { name: entry, address: "" };
  return { name: entry.slice(0, colon), address: entry.slice(colon + 1).replace(/^\[(.*)\]$/, "$1") };
}

/** The full name first, then its first part. */
function namesOf(hostname: string, domainname: string): string {
  const full = domainname === "" ? hostname : `${hostname}.${domainname}`;
  const short = full.split(".", 1)[0]!;
  return short === full ? full : `${full} ${short}`;
}
