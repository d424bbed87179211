import { CommandError, command } from "../../command.ts";

export const containerRename = command({
  path: "container rename",
  aliases: ["rename"],
  summary: "Rename a container",
  args: "CONTAINER NEW_NAME",
  least: 2,
  most: 2,
  flags: {},
  run: async ({ args: [ref, name], client }) => {
    if (ref!.trim() === "" || name!.trim() === "")
      throw new CommandError(1, "Error: Neither old nor new names may be empty");
    await client.containers.rename(ref!.trim(), name!.trim());
    return 0;
  },
});
