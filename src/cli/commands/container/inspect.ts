import { command } from "../../command.ts";
import { inspectEach } from "../../output/inspect-each.ts";

export const containerInspect = command({
  path: "container inspect",
  summary: "Show everything about one or more containers",
  args: "CONTAINER [CONTAINER...]",
  least: 1,
  flags: {
    format: { type: "string", short: "f", help: '"json" or a Go template' },
    size: { type: "boolean", short: "s", help: "Show the size of the container's files" },
  },
  run: ({ args, flags, client, out }) =>
    inspectEach(out, args, flags.format, (ref) => client.containers.inspect(ref, { size: flags.size })),
});
