import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { BridgeSettings } from "#engine/network/network-record.ts";
import { type Cidr, cidrOf, formatCidr, overlaps, parseCidr } from "#formats/ip-address/cidr.ts";
import { formatIp, parseIp } from "#formats/ip-address/ip-address.ts";
import { RouteNetlink } from "#platform/linux/rtnetlink.ts";
import { readSysctl } from "#platform/linux/sysctl.ts";
import type { BridgeConfig } from "../config/daemon-config.ts";
import { DaemonError } from "../daemon-error.ts";

const defaultDataRoot = "/var/lib/wherry";

/**
 * Names that must be a daemon's own, so that several run side by side: its bridge and its firewall table. They are made of the
 * data root's path, so that the daemon finds them again.
 */
export function ownNames(dataRoot: string): { readonly bridge: string; readonly table: string } {
  if (dataRoot === defaultDataRoot) return { bridge: "wherry0", table: "wherry" };
  const mark = createHash("sha256").update(dataRoot).digest("hex").slice(0, 8);
  return { bridge: `wherry${mark}`, table: `wherry_${mark}` };
}

/** The default network, undefined with `--bridge none`. Throws DaemonError. */
export function bridgeSettings(config: BridgeConfig, dataRoot: string): BridgeSettings | undefined {
  if (config.isDisabled) return undefined;
  const device = config.bridge ?? ownNames(dataRoot).bridge;
  const { subnet, gateway } = addressOf(config, device);
  return {
    device,
    subnet: formatCidr(subnet),
    gateway,
    mtu: config.mtu,
    masquerade: config.masquerade,
    interContainer: config.interContainer,
    hostAddress: config.hostAddress,
  };
}

/** `--bip`, or the address that the bridge has, or the first free of docker's pools. */
function addressOf(config: BridgeConfig, device: string): { subnet: Cidr; gateway: string } {
  if (config.bip !== undefined) return addressFromText(config.bip);
  using route = new RouteNetlink();
  const link = route.link(device);
  const present = route.addresses();
  const own = present.find(({ linkIndex, address }) => linkIndex === link?.index && address.length === 4);
  if (own) return addressFromText(`${[...own.address].join(".")}/${own.prefixLength}`);
  if (config.bridge !== undefined)
    throw new DaemonError(link ? `the bridge ${device} has no IPv4 address` : `could not find bridge ${device}`);
  return freeSubnet(readRoutes());
}

function addressFromText(text: string): { subnet: Cidr; gateway: string } {
  const subnet = parseCidr(text);
  if (!subnet || subnet.family !== 4) throw new DaemonError(`not an IPv4 address with a prefix length: ${text}`);
  return { subnet, gateway: text.split("/")[0]! };
}

/** 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20 and on, as dockerd has its local pools. */
function* pools(): Generator<string> {
  for (let second = 17; second <= 31; second++) yield `172.${second}.0.0/16`;
  for (let third = 0; third < 256; third += 16) yield `192.168.${third}.0/20`;
}

/** The first pool that nothing on this host is routed into. */
export function freeSubnet(routes: readonly Cidr[]): { subnet: Cidr; gateway: string } {
  for (const text of pools()) {
    const subnet = parseCidr(text)!;
    if (routes.some((route) => overlaps(route, subnet))) continue;
    return { subnet, gateway: formatIp({ family: 4, value: subnet.network + 1n }) };
  }
  throw new DaemonError("all predefined address pools have been fully subnetted: choose a subnet with --bip");
}

/** Destinations in the main routing table, but for the default route. */
function readRoutes(): Cidr[] {
  return parseRoutes(readFileSync("/proc/net/route", "utf8"));
}

/** /proc/net/route has addresses and masks as little-endian hexadecimal. */
export function parseRoutes(text: string): Cidr[] {
  return text
    .split("\n")
    .slice(1)
    .flatMap((row) => {
      const columns = row.split("\t");
      const [, destination, , , , , , mask] = columns;
      if (destination === undefined || mask === undefined) return [];
      const prefixLength = [...Buffer.from(mask, "hex")].reduce(
        (bits, byte) => bits + byte.toString(2).replaceAll("0", "").length,
        0,
      );
      if (prefixLength === 0) return [];
      const address = [...Buffer.from(destination, "hex")].reverse().join(".");
      return [cidrOf(parseIp(address)!, prefixLength)];
    });
}

/** The host's range of ports for programs that do not care. */
export function ephemeralPorts(): { first: number; last: number } {
  const [first, last] = (readSysctl("net/ipv4/ip_local_port_range") ?? "").trim().split(/\s+/).map(Number);
  return first && last ? { first, last } : { first: 49_153, last: 65_535 };
}
