import { command } from "../../command.ts";
import { eachRef } from "../each-ref.ts";

export const containerStop = command({
  path: "container stop",
  aliases: ["stop"],
  summary: "Stop one or more running containers",
  args: "CONTAINER [CONTAINER...]",
  least: 1,
  flags: {
    signal: { type: "string", short: "s", help: "Signal that asks the container to end" },
    timeout: { type: "integer", short: "t", help: "Seconds to wait before the container is killed" },
    time: { type: "integer", help: "Seconds to wait", deprecated: "use --timeout instead" },
  },
  run: ({ args, flags, client, out }) =>
    eachRef(args, out, async (ref) => {
      await client.containers.stop(ref, { t: flags.timeout ?? flags.time, signal: flags.signal });
      out.line(ref);
    }),
});
