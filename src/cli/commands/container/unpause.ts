import { command } from "../../command.ts";
import { eachRef } from "../each-ref.ts";

export const containerUnpause = command({
  path: "container unpause",
  aliases: ["unpause"],
  summary: "Let paused containers go on",
  args: "CONTAINER [CONTAINER...]",
  least: 1,
  flags: {},
  run: ({ args, client, out }) =>
    eachRef(args, out, async (ref) => {
      await client.containers.unpause(ref);
      out.line(ref);
    }),
});
