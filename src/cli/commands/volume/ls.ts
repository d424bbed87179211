import type { Volume } from "#api/types/volume.ts";
import { filtersQuery } from "../../arguments/filters.ts";
import { command } from "../../command.ts";
import { type Listing, printListing } from "../../output/format.ts";
import { naturalOrder } from "../../output/natural-order.ts";

export const volumeLs = command({
  path: "volume ls",
  aliases: ["volume list"],
  summary: "List volumes",
  args: "",
  least: 0,
  most: 0,
  flags: {
    filter: { type: "list", short: "f", as: "filter", help: 'Keep what matches ("dangling=true")' },
    format: { type: "string", help: '"table", "json", "table TEMPLATE" or a Go template' },
    quiet: { type: "boolean", short: "q", help: "Print names only" },
  },
  run: async ({ flags, client, out }) => {
    const { Volumes } = await client.volumes.list(filtersQuery(flags.filter));
    const sorted = [...(Volumes ?? [])].sort((a, b) => naturalOrder(a.Name, b.Name));
    printListing(out, volumeListing, sorted, flags.quiet ? "{{.Name}}" : (flags.format ?? ""));
    return 0;
  },
});

const volumeListing: Listing<Volume> = {
  headers: {
    Driver: "DRIVER",
    Name: "VOLUME NAME",
    Mountpoint: "MOUNTPOINT",
    Scope: "SCOPE",
    Labels: "LABELS",
    Links: "LINKS",
    Size: "SIZE",
    Status: "STATUS",
    Group: "GROUP",
    Availability: "AVAILABILITY",
  },
  columns: ["Driver", "Name"],
  json: ["Availability", "Driver", "Group", "Labels", "Links", "Mountpoint", "Name", "Scope", "Size", "Status"],
  raw: "name: {{.Name}}\ndriver: {{.Driver}}\n",
  type: "*formatter.volumeContext",
  values: (volume) => ({
    Driver: volume.Driver,
    Name: volume.Name,
    Mountpoint: volume.Mountpoint,
    Scope: volume.Scope,
    Labels: Object.entries(volume.Labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(","),
    Links: "N/A",
    Size: "N/A",
    Status: "N/A",
    Group: "N/A",
    Availability: "N/A",
    Label: (key: string) => volume.Labels?.[key] ?? "",
  }),
};
