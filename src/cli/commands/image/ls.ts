import type { ImageSummary } from "#api/types/image.ts";
import { humanDuration } from "#formats/human-duration/human-duration.ts";
import { humanSize, shortHumanSize } from "#formats/units/size.ts";
import { filtersQuery } from "../../arguments/filters.ts";
import { command } from "../../command.ts";
import { type Listing, printListing } from "../../output/format.ts";
import { goTime } from "../../output/time.ts";

export const imageLs = command({
  path: "image ls",
  aliases: ["image list", "images"],
  summary: "List images",
  args: "[REPOSITORY[:TAG]]",
  least: 0,
  most: 1,
  flags: {
    all: { type: "boolean", short: "a", help: "Show images in between as well" },
    digests: { type: "boolean", help: "Show digests" },
    filter: { type: "list", short: "f", as: "filter", help: 'Keep what matches ("dangling=true")' },
    format: { type: "string", help: '"table", "json", "table TEMPLATE" or a Go template' },
    "no-trunc": { type: "boolean", help: "Show whole ids" },
    quiet: { type: "boolean", short: "q", help: "Print ids only" },
  },
  run: async ({ args: [name], flags, client, out, config }) => {
    const filters = filtersQuery(flags.filter, name === undefined ? {} : { reference: name });
    const images = await client.images.list({ all: flags.all, filters });
    const format = flags.format ?? (flags.quiet ? undefined : config.content.imagesFormat) ?? "";
    const rows = images.flatMap((image) => rowsOf(image, flags.digests || format.includes(".Digest")));
    const listing = imageListing(flags["no-trunc"], flags.digests);
    printListing(out, listing, rows, flags.quiet && flags.format === undefined ? "{{.ID}}" : format);
    return 0;
  },
});

interface Row {
  readonly image: ImageSummary;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

const none = "<none>";

/** One line for every tag; with digests one for each pair of both, and for a digest without tag. */
function rowsOf(image: ImageSummary, withDigests: boolean): Row[] {
  const tags = (image.RepoTags ?? []).filter((tag) => tag !== `${none}:${none}`).map((name) => splitName(name, ":"));
  const digests = (image.RepoDigests ?? [])
    .filter((digest) => digest !== `${none}@${none}`)
    .map((name) => splitName(name, "@"));
  if (tags.length === 0 && digests.length === 0) return [{ image, repository: none, tag: none, digest: none }];
  if (!withDigests) {
    if (tags.length === 0) return unique(digests).map((repository) => ({ image, repository, tag: none, digest: none }));
    return tags.map(([repository, tag]) => ({ image, repository, tag, digest: none }));
  }
  const repositories = unique([...tags, ...digests]);
  return repositories.flatMap((repository) => {
    const own = (names: readonly (readonly [string, string])[]) => {
      const values = names.filter(([name]) => name === repository).map(([, value]) => value);
      return values.length === 0 ? [none] : values;
    };
    return own(tags).flatMap((tag) => own(digests).map((digest) => ({ image, repository, tag, digest })));
  });
}

const splitName = (name: string, mark: string): readonly [string, string] => {
  const at = name.lastIndexOf(mark);
  return [name.slice(0, at), name.slice(at + 1)];
};
const unique = (names: readonly (readonly [string, string])[]) => [...new Set(names.map(([name]) => name))];

const imageListing = (whole: boolean, withDigests: boolean): Listing<Row> => ({
  headers: {
    ID: "IMAGE ID",
    Repository: "REPOSITORY",
    Tag: "TAG",
    Digest: "DIGEST",
    CreatedSince: "CREATED",
    CreatedAt: "CREATED AT",
    Size: "SIZE",
    Containers: "CONTAINERS",
    VirtualSize: "VIRTUAL SIZE",
    SharedSize: "SHARED SIZE",
    UniqueSize: "UNIQUE SIZE",
  },
  columns: ["Repository", "Tag", ...(withDigests ? ["Digest"] : []), "ID", "CreatedSince", "Size"],
  json: [
    "Containers",
    "CreatedAt",
    "CreatedSince",
    "Digest",
    "ID",
    "Repository",
    "SharedSize",
    "Size",
    "Tag",
    "UniqueSize",
    "VirtualSize",
  ],
  raw: `repository: {{.Repository}}\n${withDigests ? "digest: {{.Digest}}\n" : "tag: {{.Tag}}\n"}image_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n`,
  type: "*formatter.imageContext",
  values: ({ image, repository, tag, digest }) => ({
    ID: whole ? image.Id : image.Id.replace(/^sha256:/, "").slice(0, 12),
    Repository: repository,
    Tag: tag,
    Digest: digest,
    CreatedSince: image.Created === 0 ? "N/A" : `${humanDuration(Date.now() / 1000 - image.Created)} ago`,
    CreatedAt: goTime(new Date(image.Created * 1000)),
    Size: shortHumanSize(image.Size),
    Containers: image.Containers === -1 ? "N/A" : String(image.Containers),
    VirtualSize: humanSize(image.Size),
    SharedSize: image.SharedSize === -1 ? "N/A" : shortHumanSize(image.SharedSize),
    UniqueSize: image.SharedSize === -1 ? "N/A" : shortHumanSize(image.Size - image.SharedSize),
  }),
});
