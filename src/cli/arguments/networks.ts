import type { EndpointConfig } from "#api/types/container.ts";
import { CommandError, FlagValueError } from "../command.ts";
import type { ContainerFlags } from "./container-config.ts";
import { csvFields } from "./csv-fields.ts";

type Draft = { -readonly [K in keyof EndpointConfig]: EndpointConfig[K] };

interface Network {
  readonly name: string;
  readonly endpoint: Draft;
}

/** `--network name` or `--network name=web,alias=a,ip=…`, with the flags that speak of the first network. */
export function parseNetworks(flags: ContainerFlags): { mode: string; endpoints: Record<string, EndpointConfig> } {
  const networks = (flags.network.length > 0 ? flags.network : ["default"]).map(parseNetwork);
  const first = networks[0]!;
  applyGlobal(first, flags);
  const endpoints: Record<string, EndpointConfig> = {};
  for (const { name, endpoint } of networks) {
    if (endpoints[name]) throw new CommandError(125, `network ${JSON.stringify(name)} is specified multiple times`);
    endpoints[name] = endpoint;
  }
  return { mode: first.name, endpoints };
}

function applyGlobal({ name, endpoint }: Network, flags: ContainerFlags): void {
  const isUserDefined = !["default", "bridge", "host", "none"].includes(name) && !name.startsWith("container:");
  if (flags["network-alias"].length > 0 && !isUserDefined)
    throw new CommandError(125, "network-scoped aliases are only supported for user-defined networks");
  if (flags["network-alias"].length > 0) endpoint.Aliases = [...(endpoint.Aliases ?? []), ...flags["network-alias"]];
  if (flags.link.length > 0 && isUserDefined) endpoint.Links = flags.link;
  if (flags["mac-address"] !== undefined) endpoint.MacAddress = flags["mac-address"];
  const addresses = { ...endpoint.IPAMConfig };
  if (flags.ip !== undefined) addresses.IPv4Address = flags.ip;
  if (flags.ip6 !== undefined) addresses.IPv6Address = flags.ip6;
  if (flags["link-local-ip"].length > 0) addresses.LinkLocalIPs = flags["link-local-ip"];
  if (Object.keys(addresses).length > 0) endpoint.IPAMConfig = addresses;
}

function parseNetwork(text: string): Network {
  if (!text.includes("=")) return { name: text, endpoint: {} };
  let name = "";
  const endpoint: Draft = {};
  for (const field of csvFields(text)) {
    const [key, ...rest] = field.split("=");
    const value = rest.join("=").trim();
    if (rest.length === 0) throw new FlagValueError(text, "--network", `invalid field ${field}`);
    if (key === "name") name = value;
    else applyField(endpoint, text, key!.trim().toLowerCase(), value);
  }
  if (name === "") throw new FlagValueError(text, "--network", "network name/id is not specified");
  return { name, endpoint };
}

function applyField(endpoint: Draft, text: string, key: string, value: string): void {
  switch (key) {
    case "alias":
      endpoint.Aliases = [...(endpoint.Aliases ?? []), value];
      return;
    case "ip":
      endpoint.IPAMConfig = { ...endpoint.IPAMConfig, IPv4Address: value };
      return;
    case "ip6":
      endpoint.IPAMConfig = { ...endpoint.IPAMConfig, IPv6Address: value };
      return;
    case "link-local-ip":
      endpoint.IPAMConfig = {
        ...endpoint.IPAMConfig,
        LinkLocalIPs: [...(endpoint.IPAMConfig?.LinkLocalIPs ?? []), value],
      };
      return;
    case "mac-address":
      endpoint.MacAddress = value;
      return;
    case "driver-opt": {
      const [name, ...rest] = value.split("=");
      endpoint.DriverOpts = { ...endpoint.DriverOpts, [name!]: rest.join("=") };
      return;
    }
    case "gw-priority":
      endpoint.GwPriority = Number(value);
      return;
    default:
      throw new FlagValueError(text, "--network", `invalid field key ${key}`);
  }
}
