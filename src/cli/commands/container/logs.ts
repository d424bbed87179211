import { timeParameter } from "../../arguments/time-parameter.ts";
import { command } from "../../command.ts";
import { copyOutput } from "../../terminal/streams.ts";

export const containerLogs = command({
  path: "container logs",
  aliases: ["logs"],
  summary: "Show the output of a container",
  args: "CONTAINER",
  least: 1,
  most: 1,
  flags: {
    details: { type: "boolean", help: "Show labels and variables that the log driver keeps" },
    follow: { type: "boolean", short: "f", help: "Go on while the container writes" },
    since: { type: "string", help: 'Only what came after a time ("2026-01-02T13:23:37Z") or a while ago ("42m")' },
    tail: { type: "string", short: "n", help: "Number of last lines", initial: "all" },
    timestamps: { type: "boolean", short: "t", help: "Show when each line came" },
    until: { type: "string", help: 'Only what came before a time or a while ago ("42m")' },
  },
  run: async ({ args: [ref], flags, client, out }) => {
    const { Id, Config } = await client.containers.inspect(ref!);
    const source = await client.containers.logs(Id, {
      stdout: true,
      stderr: true,
      follow: flags.follow,
      since: timeParameter(flags.since, "since"),
      until: timeParameter(flags.until, "until"),
      tail: flags.tail,
      timestamps: flags.timestamps,
      details: flags.details,
    });
    await copyOutput(source, out, Config["Tty"] === true);
    return 0;
  },
});
