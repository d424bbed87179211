import { command } from "../../command.ts";
import { eachRef } from "../each-ref.ts";

export const containerPause = command({
  path: "container pause",
  aliases: ["pause"],
  summary: "Freeze all processes of one or more containers",
  args: "CONTAINER [CONTAINER...]",
  least: 1,
  flags: {},
  run: ({ args, client, out }) =>
    eachRef(args, out, async (ref) => {
      await client.containers.pause(ref);
      out.line(ref);
    }),
});
