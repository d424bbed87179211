import { ApiError } from "#client/api-error.ts";
import { CommandError, command } from "../../command.ts";

export const containerRename = command({
  path: "container rename",
  aliases: ["rename"],
  summary: "Rename a container",
  args: "CONTAINER NEW_NAME",
  least: 2,
  most: 2,
  flags: {},
  run: async ({ args: [ref, name], client, out }) => {
    if (ref!.trim() === "" || name!.trim() === "")
      throw new CommandError(1, "Error: Neither old nor new names may be empty");
    try {
      await client.containers.rename(ref!.trim(), name!.trim());
      return 0;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      out.error(`Error response from daemon: ${error.message}`);
      throw new CommandError(1, `Error: failed to rename container named ${ref!.trim()}`);
    }
  },
});
