import type { ContainerConfig, HostConfig } from "#api/types/container.ts";
import type { PortRequest } from "../network/network-record.ts";
import { invalidOption } from "./container-errors.ts";

interface ContainerPort {
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly port: number;
}

/** Throws in docker's words for port bindings that cannot be meant. */
export function validatePorts(hostConfig: HostConfig): void {
  for (const [key, bindings] of Object.entries(hostConfig.PortBindings ?? {})) {
    parseContainerPort(key);
    for (const { HostPort } of bindings) parseHostPorts(HostPort ?? "");
  }
}

/** What a container wants published: its bindings, and with PublishAllPorts every exposed port that has none. */
export function portRequests(config: ContainerConfig, hostConfig: HostConfig): readonly PortRequest[] {
  const requests: PortRequest[] = [];
  const bindings = hostConfig.PortBindings ?? {};
  for (const key of sortedPorts(Object.keys(bindings))) {
    const { protocol, port } = parseContainerPort(key);
    // A port without any binding means: wherever there is room.
    const wanted = bindings[key]!.length > 0 ? bindings[key]! : [{}];
    for (const { HostIp = "", HostPort = "" } of wanted)
      requests.push({ protocol, containerPort: port, hostAddress: HostIp, hostPorts: parseHostPorts(HostPort) });
  }
  if (hostConfig.PublishAllPorts)
    for (const key of sortedPorts(Object.keys(config.ExposedPorts ?? {}))) {
      if (bindings[key] !== undefined) continue;
      const { protocol, port } = parseContainerPort(key);
      requests.push({ protocol, containerPort: port, hostAddress: "", hostPorts: undefined });
    }
  return requests;
}

/** "80/tcp", or "80" for tcp. */
export function parseContainerPort(text: string): ContainerPort {
  const [number = "", protocol = "tcp"] = text.split("/");
  const lower = protocol.toLowerCase();
  if (lower !== "tcp" && lower !== "udp" && lower !== "sctp")
    throw invalidOption(`invalid proto: ${JSON.stringify(protocol)}`);
  return { protocol: lower, port: parsePort(number) };
}

/** "", "8080" or "8000-8010"; 0 and empty mean any. */
function parseHostPorts(text: string): { first: number; last: number } | undefined {
  if (text === "" || text === "0") return undefined;
  const [first = "", last = first] = text.split("-");
  const range = { first: parsePort(first), last: parsePort(last) };
  if (range.last < range.first) throw invalidOption(`invalid port specification: ${JSON.stringify(text)}`);
  return range;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw invalidOption(`invalid port specification: ${JSON.stringify(text)}`);
}

/** By number, then by protocol: the order in which random ports are given out. */
function sortedPorts(keys: string[]): string[] {
  return keys.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1));
}
