import { containerBody } from "../../arguments/container-config.ts";
import { containerFlags } from "../../arguments/container-flags.ts";
import { command } from "../../command.ts";
import { createContainer } from "./create-container.ts";
import { runFailure } from "./run-failure.ts";

export const containerCreate = command({
  path: "container create",
  aliases: ["create"],
  summary: "Create a container from an image without starting it",
  args: "IMAGE [COMMAND] [ARG...]",
  least: 1,
  stopsAtArgument: true,
  flags: containerFlags,
  run: async ({ args, flags, given, client, out, config, program }) => {
    try {
      const body = containerBody(flags, given, args, false);
      out.line(await createContainer({ client, out, config, flags, body }));
      return 0;
    } catch (error) {
      throw runFailure(error, program, "create");
    }
  },
});
