import { command } from "../../command.ts";
import { inspectEach } from "../../output/inspect-each.ts";

export const volumeInspect = command({
  path: "volume inspect",
  summary: "Show everything about one or more volumes",
  args: "VOLUME [VOLUME...]",
  least: 1,
  flags: { format: { type: "string", short: "f", help: '"json" or a Go template' } },
  run: ({ args, flags, client, out }) => inspectEach(out, args, flags.format, (ref) => client.volumes.inspect(ref)),
});
