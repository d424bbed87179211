import { CommandError, command } from "../../command.ts";

export const volumeCreate = command({
  path: "volume create",
  summary: "Make a volume",
  args: "[VOLUME]",
  least: 0,
  most: 1,
  flags: {
    driver: { type: "string", short: "d", help: "Volume driver", initial: "local" },
    label: { type: "list", help: "Label of the volume" },
    name: { type: "string", help: "Name of the volume", hidden: true },
    opt: { type: "map", short: "o", help: "Option of the driver" },
  },
  run: async ({ args, flags, client, out }) => {
    if (flags.name !== undefined && args.length > 0)
      throw new CommandError(
        1,
        "conflicting options: cannot specify a volume name through both --name and as a positional arg",
      );
    const labels = flags.label
      .map((label) => label.split("="))
      .map(([key, ...value]) => [key!, value.join("=")] as const);
    const body = {
      Driver: flags.driver,
      Name: args[0] ?? flags.name,
      DriverOpts: flags.opt,
      Labels: Object.fromEntries(labels),
    };
    out.line((await client.volumes.create(body)).Name);
    return 0;
  },
});
