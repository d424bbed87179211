import { createReadStream, existsSync } from "node:fs";
import process from "node:process";
import { parseReference } from "#formats/reference/reference.ts";
import { CommandError, command } from "../../command.ts";
import { messagesOf } from "../../output/progress.ts";

export const imageImport = command({
  path: "image import",
  aliases: ["import"],
  summary: "Make an image from a tar archive of a file system",
  args: "file|URL|- [REPOSITORY[:TAG]]",
  least: 1,
  most: 2,
  flags: {
    change: { type: "list", short: "c", help: 'Instruction for the image\'s configuration ("CMD [\\"sh\\"]")' },
    message: { type: "string", short: "m", help: "Comment of the image" },
    platform: { type: "string", help: "Platform of the image" },
  },
  run: async ({ args: [source, reference], flags, client, out }) => {
    const isUrl = /^https?:\/\//.test(source!);
    if (!isUrl && source !== "-" && !existsSync(source!))
      throw new CommandError(1, `open ${source}: no such file or directory`);
    checkReference(reference);
    const tar = isUrl
      ? undefined
      : source === "-"
        ? process.stdin
        : createReadStream(source!, { highWaterMark: 256 * 1024 });
    const query = {
      fromSrc: isUrl ? source : "-",
      repo: reference,
      message: flags.message,
      changes: flags.change,
      platform: flags.platform,
    };
    const progress = await client.images.import(query, tar as AsyncIterable<Uint8Array> | undefined);
    for await (const { error, errorDetail, status } of messagesOf(progress)) {
      if (error !== undefined || errorDetail) throw new CommandError(1, errorDetail?.message ?? error!);
      if (status !== undefined) out.line(status);
    }
    return 0;
  },
});

function checkReference(name: string | undefined): void {
  if (name === undefined) return;
  try {
    parseReference(name);
  } catch (error) {
    throw new CommandError(1, (error as Error).message);
  }
}
