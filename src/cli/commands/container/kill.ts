import { command } from "../../command.ts";
import { eachRef } from "../each-ref.ts";

export const containerKill = command({
  path: "container kill",
  aliases: ["kill"],
  summary: "Send a signal to one or more running containers, KILL unless told otherwise",
  args: "CONTAINER [CONTAINER...]",
  least: 1,
  flags: { signal: { type: "string", short: "s", help: "Signal to send" } },
  run: ({ args, flags, client, out }) =>
    eachRef(args, out, async (ref) => {
      await client.containers.kill(ref, { signal: flags.signal });
      out.line(ref);
    }),
});
