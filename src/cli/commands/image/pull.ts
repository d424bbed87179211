import { command } from "../../command.ts";
import { pullImage } from "./pull-image.ts";

export const imagePull = command({
  path: "image pull",
  aliases: ["pull"],
  summary: "Fetch an image from a registry",
  args: "NAME[:TAG|@DIGEST]",
  least: 1,
  most: 1,
  flags: {
    "all-tags": { type: "boolean", short: "a", help: "Fetch all tags of the repository" },
    "disable-content-trust": { type: "boolean", help: "Skip verification of signatures", initial: true, hidden: true },
    platform: { type: "string", help: 'Platform to fetch when there are several ("linux/arm64")' },
    quiet: { type: "boolean", short: "q", help: "Print the name only" },
  },
  run: async ({ args: [name], flags, client, config, out }) => {
    const full = await pullImage(client, config, name!, {
      platform: flags.platform,
      allTags: flags["all-tags"],
      quiet: flags.quiet,
      namesDefaultTag: true,
      write: out.write,
      isTerminal: out.isTerminal,
      columns: out.columns,
    });
    out.line(full);
    return 0;
  },
});
