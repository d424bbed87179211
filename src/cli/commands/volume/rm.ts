import { command } from "../../command.ts";
import { eachRefInTurn } from "../each-ref.ts";

export const volumeRm = command({
  path: "volume rm",
  aliases: ["volume remove"],
  summary: "Remove one or more volumes that no container uses",
  args: "VOLUME [VOLUME...]",
  least: 1,
  flags: { force: { type: "boolean", short: "f", help: "A missing volume is no failure" } },
  run: ({ args, flags, client, out }) =>
    eachRefInTurn(args, out, async (name) => {
      await client.volumes.remove(name, flags.force);
      out.line(name);
    }),
});
