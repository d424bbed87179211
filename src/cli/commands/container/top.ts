import { command } from "../../command.ts";
import { tableLines } from "../../output/table.ts";

export const containerTop = command({
  path: "container top",
  aliases: ["top"],
  summary: "Show the processes of a container",
  args: "CONTAINER [ps OPTIONS]",
  least: 1,
  stopsAtArgument: true,
  flags: {},
  run: async ({ args: [ref, ...psArguments], client, out }) => {
    const { Titles, Processes } = await client.containers.top(ref!, { ps_args: psArguments.join(" ") });
    for (const line of tableLines([Titles, ...Processes], 20)) out.line(line);
    return 0;
  },
});
