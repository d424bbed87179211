import { CommandError } from "../command.ts";

export interface PortFlags {
  /** "80/tcp" → {}. */
  readonly exposed: Readonly<Record<string, Record<never, never>>>;
  readonly bindings: Readonly<Record<string, { HostIp: string; HostPort: string }[]>>;
}

const bad = (message: string) => new CommandError(125, message);

interface Range {
  readonly from: number;
  readonly to: number;
}

function parseRange(text: string, what: string): Range {
  const [first, last = first, ...more] = text.split("-");
  const numbers = [first!, last!].map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : Number.NaN));
  const [from, to] = numbers as [number, number];
  if (more.length > 0 || Number.isNaN(from) || Number.isNaN(to) || to > 65535 || to < from)
    throw bad(`Invalid ${what}: ${text}`);
  return { from, to };
}

/** `[ip:][host]:container[/proto]`, an IPv6 address in brackets, ranges on both sides. */
export function parsePorts(publish: readonly string[], expose: readonly string[]): PortFlags {
  const exposed: Record<string, Record<never, never>> = {};
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const flag of publish.flatMap((text) => (text.includes("=") ? [longForm(text)] : [text]))) {
    for (const { port, hostIp, hostPort } of parsePublish(flag)) {
      exposed[port] = {};
      (bindings[port] ??= []).push({ HostIp: hostIp, HostPort: hostPort });
    }
  }
  for (const text of expose) {
    if (text.includes(":")) throw bad(`invalid port format for --expose: ${text}`);
    const { range, protocol } = splitProtocol(text);
    const { from, to } = parseExposed(range, text);
    for (let port = from; port <= to; port++) exposed[`${port}/${protocol}`] ??= {};
  }
  return { exposed, bindings };
}

function parseExposed(range: string, flag: string): Range {
  const wrong = range.split("-").find((part) => !/^\d+$/.test(part));
  const fail = (why: string) => bad(`invalid range format for --expose: ${flag}, error: ${why}`);
  if (wrong !== undefined) throw fail(`strconv.ParseUint: parsing ${JSON.stringify(wrong)}: invalid syntax`);
  try {
    return parseRange(range, "port");
  } catch {
    throw fail(`Invalid range specified for the Port: ${range}`);
  }
}

/** `published=8080,target=80,protocol=udp`, which the short form can say as well. */
function longForm(text: string): string {
  const parts = new Map(text.split(",").map((part) => part.split("=") as [string, string]));
  const target = parts.get("target");
  if (target === undefined) throw bad(`invalid publish opts format (should be name=value but got '${text}')`);
  return `${parts.get("published") ?? ""}:${target}/${parts.get("protocol") ?? "tcp"}`;
}

const protocols = new Set(["tcp", "udp", "sctp"]);

function splitProtocol(text: string): { range: string; protocol: string } {
  const [range, protocol = "tcp"] = text.split("/");
  return { range: range!, protocol: protocol === "" ? "tcp" : protocol.toLowerCase() };
}

function* parsePublish(text: string): Generator<{ port: string; hostIp: string; hostPort: string }> {
  const match = /^(?:(?:(\[[^\]]*\]|[^:]*):)?([^:]*):)?([^:]*)$/.exec(text);
  if (!match) throw bad(`invalid publish opts format: ${text}`);
  const hostIp = (match[1] ?? "").replace(/^\[|\]$/g, "");
  const { range, protocol } = splitProtocol(match[3]!);
  if (range === "") throw bad(`No port specified: ${text}<empty>`);
  if (!protocols.has(protocol)) throw bad(`Invalid proto: ${protocol}`);
  if (hostIp !== "" && !isAddress(hostIp)) throw bad(`Invalid ip address: ${hostIp}`);
  const container = parseRange(range, "containerPort");
  const hostText = match[2] ?? "";
  const host = hostText === "" ? undefined : parseRange(hostText, "hostPort");
  const count = container.to - container.from + 1;
  if (host && host.to - host.from + 1 !== count && count !== 1)
    throw bad(`Invalid ranges specified for container and host Ports: ${range} and ${hostText}`);
  for (let index = 0; index < count; index++) {
    // One container port over a range of host ports: the daemon picks a free one of them.
    const hostPort = !host
      ? ""
      : count === 1 && host.to > host.from
        ? `${host.from}-${host.to}`
        : String(host.from + index);
    yield { port: `${container.from + index}/${protocol}`, hostIp, hostPort };
  }
}

const isAddress = (text: string) =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) || /^[0-9a-fA-F:.]*:[0-9a-fA-F:.%\w]*$/.test(text);
