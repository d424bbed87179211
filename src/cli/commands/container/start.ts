import { CommandError, command } from "../../command.ts";
import { eachRefInTurn } from "../each-ref.ts";
import { startAttached } from "./start-attached.ts";

export const containerStart = command({
  path: "container start",
  aliases: ["start"],
  summary: "Start one or more stopped containers",
  args: "CONTAINER [CONTAINER...]",
  least: 1,
  flags: {
    attach: { type: "boolean", short: "a", help: "Attach to the output and pass signals on" },
    checkpoint: { type: "string", help: "Go on from this checkpoint", hidden: true },
    "checkpoint-dir": { type: "string", help: "Folder of the checkpoint", hidden: true },
    "detach-keys": { type: "string", help: "Keys that detach from the container" },
    interactive: { type: "boolean", short: "i", help: "Attach to stdin" },
  },
  run: async ({ args, flags, client, out, config }) => {
    if (!flags.attach && !flags.interactive) {
      const failed = new Set(args);
      const code = await eachRefInTurn(args, out, async (ref) => {
        await client.containers.start(ref);
        failed.delete(ref);
        out.line(ref);
      });
      if (code !== 0) out.error(`Error: failed to start containers: ${[...failed].join(", ")}`);
      return code;
    }
    if (args.length > 1) throw new CommandError(1, "you cannot start and attach multiple containers at once");
    const { Id, Config, HostConfig } = await client.containers.inspect(args[0]!);
    const tty = Config["Tty"] === true;
    const plan = {
      stdin: flags.interactive && Config["OpenStdin"] === true,
      stdout: flags.attach,
      stderr: flags.attach,
      tty,
      detachKeys: flags["detach-keys"] ?? config.content.detachKeys,
      signalProxy: flags.attach && !tty,
      condition: HostConfig["AutoRemove"] === true ? ("removed" as const) : ("next-exit" as const),
    };
    return startAttached(client, out, Id, plan, () => client.containers.start(Id));
  },
});
