import { command } from "../../command.ts";
import { eachRefInTurn } from "../each-ref.ts";

export const containerRestart = command({
  path: "container restart",
  aliases: ["restart"],
  summary: "Stop and start one or more containers",
  args: "CONTAINER [CONTAINER...]",
  least: 1,
  flags: {
    signal: { type: "string", short: "s", help: "Signal that asks the container to end" },
    timeout: { type: "integer", short: "t", help: "Seconds to wait before the container is killed" },
    time: { type: "integer", help: "Seconds to wait", deprecated: "use --timeout instead" },
  },
  run: ({ args, flags, client, out }) =>
    eachRefInTurn(args, out, async (ref) => {
      await client.containers.restart(ref, { t: flags.timeout ?? flags.time, signal: flags.signal });
      out.line(ref);
    }),
});
