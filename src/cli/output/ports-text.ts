import type { Port } from "#api/types/container.ts";

interface Group {
  readonly address: string | undefined;
  readonly protocol: string;
  first: number;
  last: number;
}

/** `443-444/tcp, 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp`: consecutive ports of one kind are joined to a range. */
export function portsText(ports: readonly Port[]): string {
  const sorted = [...ports].sort(
    (a, b) =>
      a.PrivatePort - b.PrivatePort ||
      compare(a.IP ?? "", b.IP ?? "") ||
      (a.PublicPort ?? 0) - (b.PublicPort ?? 0) ||
      compare(a.Type, b.Type),
  );
  const groups: Group[] = [];
  const single: string[] = [];
  for (const { IP, PrivatePort, PublicPort, Type } of sorted) {
    const address = PublicPort === undefined || PublicPort === 0 ? undefined : (IP ?? "");
    if (address !== undefined && PublicPort !== PrivatePort) {
      single.push(`${bracketed(address)}:${PublicPort}->${PrivatePort}/${Type}`);
      continue;
    }
    const group = groups.find(
      (other) => other.address === address && other.protocol === Type && other.last + 1 === PrivatePort,
    );
    if (group) group.last = PrivatePort;
    else groups.push({ address, protocol: Type, first: PrivatePort, last: PrivatePort });
  }
  return [...groups.map(groupText), ...single].join(", ");
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const bracketed = (address: string) => (address.includes(":") ? `[${address}]` : address);

function groupText({ address, protocol, first, last }: Group): string {
  const range = first === last ? `${first}` : `${first}-${last}`;
  return address === undefined ? `${range}/${protocol}` : `${bracketed(address)}:${range}->${range}/${protocol}`;
}
