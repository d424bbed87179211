import { command } from "../../command.ts";
import { inspectEach } from "../../output/inspect-each.ts";

export const imageInspect = command({
  path: "image inspect",
  summary: "Show everything about one or more images",
  args: "IMAGE [IMAGE...]",
  least: 1,
  flags: {
    format: { type: "string", short: "f", help: '"json" or a Go template' },
    platform: { type: "string", help: 'Which platform of the image ("linux/arm64")' },
  },
  run: ({ args, flags, client, out }) =>
    inspectEach(out, args, flags.format, (ref) => client.images.inspect(ref, { platform: flags.platform })),
});
