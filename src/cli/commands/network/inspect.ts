import { command } from "../../command.ts";
import { inspectEach } from "../../output/inspect-each.ts";

export const networkInspect = command({
  path: "network inspect",
  summary: "Show everything about one or more networks",
  args: "NETWORK [NETWORK...]",
  least: 1,
  flags: {
    format: { type: "string", short: "f", help: '"json" or a Go template' },
    verbose: { type: "boolean", short: "v", help: "Show more for diagnosis" },
  },
  run: ({ args, flags, client, out }) => inspectEach(out, args, flags.format, (ref) => client.networks.inspect(ref)),
});
