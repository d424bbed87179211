import type { ContainerSummary } from "#api/types/container.ts";
import { humanDuration } from "#formats/human-duration/human-duration.ts";
import { shortHumanSize } from "#formats/units/size.ts";
import { filtersQuery } from "../../arguments/filters.ts";
import { command } from "../../command.ts";
import { type Listing, printListing } from "../../output/format.ts";
import { portsText } from "../../output/ports-text.ts";
import { ellipsis } from "../../output/table.ts";
import { goTime } from "../../output/time.ts";

export const containerLs = command({
  path: "container ls",
  aliases: ["container list", "container ps", "ps"],
  summary: "List containers",
  args: "",
  least: 0,
  most: 0,
  flags: {
    all: { type: "boolean", short: "a", help: "Show stopped containers as well" },
    filter: { type: "list", short: "f", as: "filter", help: 'Keep what matches ("status=exited")' },
    format: { type: "string", help: '"table", "json", "table TEMPLATE" or a Go template' },
    last: { type: "integer", short: "n", help: "Show the newest, whatever their state", initial: -1 },
    latest: { type: "boolean", short: "l", help: "Show the newest, whatever its state" },
    "no-trunc": { type: "boolean", help: "Show whole ids and commands" },
    quiet: { type: "boolean", short: "q", help: "Print ids only" },
    size: { type: "boolean", short: "s", help: "Show the size of the containers' files" },
  },
  run: async ({ flags, client, out, config }) => {
    if (flags.quiet && flags.format)
      out.error("WARNING: Ignoring custom format, because both --format and --quiet are set.");
    const custom = flags.format ?? config.content.psFormat ?? "";
    const format = flags.quiet ? "{{.ID}}" : custom;
    // The daemon counts bytes only when someone will see them.
    const size = flags.size || (!flags.quiet && /\{\{[^}]*(\.Size|json \.\s*\}\})/.test(format));
    const { last = -1 } = flags;
    const limit = flags.latest && last === -1 ? 1 : last > 0 ? last : undefined;
    const rows = await client.containers.list({ all: flags.all, limit, size, filters: filtersQuery(flags.filter) });
    const listing = containerListing(flags["no-trunc"], flags.size);
    printListing(out, listing, rows, format);
    return 0;
  },
});

const containerListing = (whole: boolean, withSize: boolean): Listing<ContainerSummary> => ({
  headers: {
    ID: "CONTAINER ID",
    Image: "IMAGE",
    Command: "COMMAND",
    RunningFor: "CREATED",
    Status: "STATUS",
    Ports: "PORTS",
    Names: "NAMES",
    Size: "SIZE",
    CreatedAt: "CREATED AT",
    State: "STATE",
    Labels: "LABELS",
    Mounts: "MOUNTS",
    LocalVolumes: "LOCAL VOLUMES",
    Networks: "NETWORKS",
    Platform: "PLATFORM",
    Label: "",
  },
  columns: ["ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names", ...(withSize ? ["Size"] : [])],
  json: [
    "Command",
    "CreatedAt",
    "ID",
    "Image",
    "Labels",
    "LocalVolumes",
    "Mounts",
    "Names",
    "Networks",
    "Platform",
    "Ports",
    "RunningFor",
    "Size",
    "State",
    "Status",
  ],
  raw: rawContainer + (withSize ? "size: {{.Size}}\n" : ""),
  type: "*formatter.ContainerContext",
  complaints: { parse: "failed to parse template", execute: "failed to execute template" },
  values: (row) => containerValues(row, whole),
});

const rawContainer = [
  "container_id: {{.ID}}",
  "image: {{.Image}}",
  "command: {{.Command}}",
  "created_at: {{.CreatedAt}}",
  "state: {{- pad .State 1 0}}",
  "status: {{- pad .Status 1 0}}",
  "names: {{.Names}}",
  "labels: {{- pad .Labels 1 0}}",
  "ports: {{- pad .Ports 1 0}}",
  "",
].join("\n");

function containerValues(row: ContainerSummary, whole: boolean): Readonly<Record<string, unknown>> {
  const names = row.Names.map((name) => name.replace(/^\//, ""));
  const labels = Object.entries(row.Labels ?? {});
  return {
    ID: whole ? row.Id : row.Id.slice(0, 12),
    Image: imageText(row, whole),
    Command: JSON.stringify(whole ? row.Command : ellipsis(row.Command, 20)),
    RunningFor: `${humanDuration(Date.now() / 1000 - row.Created)} ago`,
    CreatedAt: goTime(new Date(row.Created * 1000)),
    Status: row.Status,
    State: row.State,
    Ports: portsText(row.Ports ?? []),
    Names: (whole ? names : names.filter((name) => !name.includes("/"))).join(","),
    Size: sizeText(row),
    Labels: labels.map(([key, value]) => `${key}=${value}`).join(","),
    Label: (key: string) => row.Labels?.[key] ?? "",
    Mounts: (row.Mounts ?? [])
      .map(({ Name, Source }) => (whole ? (Name ?? Source) : ellipsis(Name || Source, 15)))
      .join(","),
    LocalVolumes: String((row.Mounts ?? []).filter(({ Driver }) => Driver === "local").length),
    Networks: Object.keys(row.NetworkSettings?.Networks ?? {}).join(","),
    Platform: null,
  };
}

/** An id is cut as ids are, and the digest of a name is of no use in a table. */
function imageText({ Image: image, ImageID: id }: ContainerSummary, whole: boolean): string {
  if (image === "") return "<no image>";
  if (whole) return image;
  if (shortId(image) === shortId(id)) return shortId(id);
  return image.replace(/@sha256:[0-9a-f]{64}$/, "");
}

const shortId = (id: string) => id.replace(/^sha256:/, "").slice(0, 12);

function sizeText({ SizeRw = 0, SizeRootFs = 0 }: ContainerSummary): string {
  const own = shortHumanSize(SizeRw);
  return SizeRootFs > 0 ? `${own} (virtual ${shortHumanSize(SizeRootFs)})` : own;
}
