import type { NetworkInspect } from "#api/types/network.ts";
import { filtersQuery } from "../../arguments/filters.ts";
import { command } from "../../command.ts";
import { type Listing, printListing } from "../../output/format.ts";
import { naturalOrder } from "../../output/natural-order.ts";
import { goTimeOf } from "../../output/time.ts";

export const networkLs = command({
  path: "network ls",
  aliases: ["network list"],
  summary: "List networks",
  args: "",
  least: 0,
  most: 0,
  flags: {
    filter: { type: "list", short: "f", as: "filter", help: 'Keep what matches ("driver=bridge")' },
    format: { type: "string", help: '"table", "json", "table TEMPLATE" or a Go template' },
    "no-trunc": { type: "boolean", help: "Show whole ids" },
    quiet: { type: "boolean", short: "q", help: "Print ids only" },
  },
  run: async ({ flags, client, out }) => {
    const found = await client.networks.list(filtersQuery(flags.filter));
    const networks = [...found].sort((a, b) => naturalOrder(a.Name, b.Name));
    const listing = networkListing(flags["no-trunc"]);
    printListing(out, listing, networks, flags.quiet ? "{{.ID}}" : (flags.format ?? ""));
    return 0;
  },
});

const networkListing = (whole: boolean): Listing<NetworkInspect> => ({
  headers: {
    ID: "NETWORK ID",
    Name: "NAME",
    Driver: "DRIVER",
    Scope: "SCOPE",
    IPv4: "IPV4",
    IPv6: "IPV6",
    Internal: "INTERNAL",
    Labels: "LABELS",
    CreatedAt: "CREATED AT",
  },
  columns: ["ID", "Name", "Driver", "Scope"],
  json: ["CreatedAt", "Driver", "ID", "IPv4", "IPv6", "Internal", "Labels", "Name", "Scope"],
  raw: "network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n",
  type: "*network.networkContext",
  values: (network) => ({
    ID: whole ? network.Id : network.Id.slice(0, 12),
    Name: network.Name,
    Driver: network.Driver,
    Scope: network.Scope,
    IPv4: String(network.EnableIPv4),
    IPv6: String(network.EnableIPv6),
    Internal: String(network.Internal),
    Labels: Object.entries(network.Labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(","),
    CreatedAt: goTimeOf(network.Created),
    Label: (key: string) => network.Labels?.[key] ?? "",
  }),
});
