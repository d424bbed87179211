import type { ContainerConfig, HostConfig, NetworkingConfig } from "#api/types/container.ts";
import { parseIp } from "#formats/ip-address/ip-address.ts";
import { invalidOption } from "./container-errors.ts";

/** Where a container's network comes from. */
export type NetworkPlace =
  | { readonly kind: "host" | "none" }
  | { readonly kind: "container"; readonly ref: string }
  | { readonly kind: "bridge"; readonly network: string };

export function networkPlace(mode: string): NetworkPlace {
  if (mode === "host" || mode === "none") return { kind: mode };
  if (mode.startsWith("container:")) return { kind: "container", ref: mode.slice("container:".length) };
  return { kind: "bridge", network: mode };
}

/** Options that a network mode leaves without meaning. Throws in docker's words; answers docker's warnings. */
export function validateNetwork(
  config: ContainerConfig,
  hostConfig: HostConfig,
  networking: NetworkingConfig,
): string[] {
  const place = networkPlace(hostConfig.NetworkMode ?? "");
  const isSet = (list: readonly unknown[] | undefined) => (list ?? []).length > 0;
  const hasPorts = Object.keys(hostConfig.PortBindings ?? {}).length > 0;
  const conflict = (what: string) => invalidOption(`conflicting options: ${what}`);
  if (config.Hostname && hostConfig.UTSMode === "host") throw conflict("hostname and the UTS mode");
  if (place.kind === "container") {
    if (config.Hostname) throw conflict("hostname and the network mode");
    if (isSet(hostConfig.Dns)) throw conflict("dns and the network mode");
    if (isSet(hostConfig.ExtraHosts)) throw conflict("custom host-to-IP mapping and the network mode");
    if (config.MacAddress) throw conflict("mac-address and the network mode");
    if (hasPorts || hostConfig.PublishAllPorts) throw conflict("port publishing and the container type network mode");
    if (Object.keys(config.ExposedPorts ?? {}).length > 0)
      throw conflict("port exposing and the container type network mode");
  }
  validateDns(hostConfig);
  if (place.kind === "bridge" && place.network === "bridge") validateDefaultBridge(networking);
  return place.kind === "host" && hasPorts ? ["Published ports are discarded when using host network mode"] : [];
}

function validateDns({ Dns }: HostConfig): void {
  for (const server of Dns ?? []) if (!parseIp(server)) throw invalidOption(`invalid DNS address: ${server}`);
}

/** The default network hands out its own addresses and knows no names. */
function validateDefaultBridge({ EndpointsConfig }: NetworkingConfig): void {
  const endpoint = EndpointsConfig?.["bridge"] ?? EndpointsConfig?.["default"];
  const { IPv4Address, IPv6Address } = endpoint?.IPAMConfig ?? {};
  const fail = (...reasons: string[]) =>
    invalidOption(
      `invalid config for network bridge: invalid endpoint settings:\n${reasons.length === 1 ? reasons[0] : reasons.map((reason) => `* ${reason}`).join("\n")}`,
    );
  const address = IPv4Address || IPv6Address;
  if (address)
    throw fail(
      "user specified IP address is supported on user defined networks only",
      `no configured subnet or ip-range contain the IP address ${address}`,
    );
  if ((endpoint?.Aliases ?? []).length > 0)
    throw fail("network-scoped alias is supported only for containers in user defined networks");
}

/** The MAC address asked for, for the container or for its endpoint. */
export function askedMac(config: ContainerConfig, networking: NetworkingConfig, network: string): string | undefined {
  const endpoints = networking.EndpointsConfig ?? {};
  // Clients name the default network "default".
  const endpoint = endpoints[network] ?? (network === "bridge" ? endpoints["default"] : undefined);
  return endpoint?.MacAddress || config.MacAddress || undefined;
}
