import { containerBody } from "../../arguments/container-config.ts";
import { containerFlags } from "../../arguments/container-flags.ts";
import { CommandError, type CommandInput, command } from "../../command.ts";
import { requireTerminal } from "../../terminal/terminal.ts";
import { createContainer } from "./create-container.ts";
import { runFailure } from "./run-failure.ts";
import { startAttached } from "./start-attached.ts";

const runFlags = {
  ...containerFlags,
  detach: { type: "boolean", short: "d", help: "Run in the background and print the container's id" },
  "detach-keys": { type: "string", help: "Keys that detach from the container" },
  "sig-proxy": { type: "boolean", help: "Pass our signals on to the process", initial: true },
} as const;

export const containerRun = command({
  path: "container run",
  aliases: ["run"],
  summary: "Create a container from an image and run it",
  args: "IMAGE [COMMAND] [ARG...]",
  least: 1,
  stopsAtArgument: true,
  flags: runFlags,
  run: async (input) => {
    try {
      return await run(input);
    } catch (error) {
      throw runFailure(error, input.program, "run");
    }
  },
});

async function run({ args, flags, given, client, out, config }: CommandInput<typeof runFlags>): Promise<number> {
  const { detach, interactive, tty } = flags;
  if (detach && flags.attach.length > 0)
    throw new CommandError(1, "conflicting options: cannot specify both --attach and --detach");
  const body = containerBody(flags, given, args, detach);
  if (tty && interactive && !detach) requireTerminal();
  const id = await createContainer({ client, out, config, flags, body });
  if (detach) {
    // Whoever starts it may need the id even when it does not start.
    out.line(id);
    await client.containers.start(id);
    return 0;
  }
  const plan = {
    stdin: body.AttachStdin === true,
    stdout: body.AttachStdout === true,
    stderr: body.AttachStderr === true,
    tty,
    detachKeys: flags["detach-keys"] ?? config.content.detachKeys,
    signalProxy: flags["sig-proxy"] && !tty,
    condition: flags.rm ? ("removed" as const) : ("next-exit" as const),
  };
  return startAttached(client, out, id, plan, () => client.containers.start(id));
}
