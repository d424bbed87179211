import { command } from "../../command.ts";
import { eachRefInTurn } from "../each-ref.ts";

export const containerWait = command({
  path: "container wait",
  aliases: ["wait"],
  summary: "Wait until one or more containers stop, then print their exit codes",
  args: "CONTAINER [CONTAINER...]",
  least: 1,
  flags: {},
  run: ({ args, client, out }) =>
    eachRefInTurn(args, out, async (ref) => {
      const { exited } = await client.containers.wait(ref);
      out.line(String((await exited).StatusCode));
    }),
});
