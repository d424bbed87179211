import type { ImageHistoryItem } from "#api/types/image.ts";
import { humanDuration } from "#formats/human-duration/human-duration.ts";
import { shortHumanSize } from "#formats/units/size.ts";
import { command } from "../../command.ts";
import { type Listing, printListing } from "../../output/format.ts";
import { ellipsis } from "../../output/table.ts";

export const imageHistory = command({
  path: "image history",
  aliases: ["history"],
  summary: "Show how an image was made",
  args: "IMAGE",
  least: 1,
  most: 1,
  flags: {
    format: { type: "string", help: '"table", "json", "table TEMPLATE" or a Go template' },
    human: { type: "boolean", short: "H", help: "Show sizes and times in words", initial: true },
    "no-trunc": { type: "boolean", help: "Show whole ids and commands" },
    quiet: { type: "boolean", short: "q", help: "Print ids only" },
  },
  run: async ({ args: [name], flags, client, out }) => {
    const items = await client.images.history(name!);
    const listing = historyListing(flags["no-trunc"], flags.human);
    printListing(out, listing, items, flags.quiet && flags.format === undefined ? "{{.ID}}" : (flags.format ?? ""));
    return 0;
  },
});

const historyListing = (whole: boolean, human: boolean): Listing<ImageHistoryItem> => ({
  headers: {
    ID: "IMAGE",
    CreatedSince: human ? "CREATED" : "CREATED AT",
    CreatedAt: "CREATED AT",
    CreatedBy: "CREATED BY",
    Size: "SIZE",
    Comment: "COMMENT",
  },
  columns: ["ID", "CreatedSince", "CreatedBy", "Size", "Comment"],
  json: ["Comment", "CreatedAt", "CreatedBy", "CreatedSince", "ID", "Size"],
  type: "*image.historyContext",
  values: (item) => {
    const createdAt = new Date(item.Created * 1000).toISOString().replace(".000Z", "Z");
    const createdBy = item.CreatedBy.replaceAll("\t", " ");
    return {
      ID: whole ? item.Id : item.Id.replace(/^sha256:/, "").slice(0, 12),
      CreatedAt: createdAt,
      CreatedSince: human ? `${humanDuration(Date.now() / 1000 - item.Created)} ago` : createdAt,
      CreatedBy: whole ? createdBy : ellipsis(createdBy, 45),
      Size: human ? shortHumanSize(item.Size) : String(item.Size),
      Comment: item.Comment,
    };
  },
});
