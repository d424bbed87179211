import type { ExecCreate } from "#api/types/container.ts";
import type { Client } from "#client/client.ts";
import { readEnvironment } from "../../arguments/environment-files.ts";
import { CommandError, command } from "../../command.ts";
import type { Out } from "../../output/out.ts";
import { copyInput, copyOutput, detachSequence } from "../../terminal/streams.ts";
import { followSize, rawMode, requireTerminal } from "../../terminal/terminal.ts";

export const containerExec = command({
  path: "container exec",
  aliases: ["exec"],
  summary: "Run a program in a running container",
  args: "CONTAINER COMMAND [ARG...]",
  least: 2,
  stopsAtArgument: true,
  flags: {
    detach: { type: "boolean", short: "d", help: "Do not wait for it" },
    "detach-keys": { type: "string", help: "Keys that detach from the program" },
    env: { type: "list", short: "e", help: "Environment variable" },
    "env-file": { type: "list", help: "File of environment variables" },
    interactive: { type: "boolean", short: "i", help: "Keep stdin open" },
    privileged: { type: "boolean", help: "Give it all that the daemon may do" },
    tty: { type: "boolean", short: "t", help: "Give it a terminal" },
    user: { type: "string", short: "u", help: 'User of the process ("name|uid[:group|gid]")' },
    workdir: { type: "string", short: "w", help: "Working directory" },
  },
  run: async ({ args: [ref, ...words], flags, client, out, config }) => {
    const { detach, interactive, tty } = flags;
    const detachKeys = flags["detach-keys"] ?? config.content.detachKeys;
    if (tty && interactive && !detach && !out.inputIsTerminal) {
      // A container that is not there is the greater trouble.
      await client.containers.inspect(ref!);
      requireTerminal();
    }
    const body: ExecCreate = {
      User: flags.user ?? "",
      Privileged: flags.privileged,
      Tty: tty,
      ConsoleSize: tty && out.isTerminal ? [process.stdout.rows, process.stdout.columns] : undefined,
      AttachStdin: !detach && interactive,
      AttachStdout: !detach,
      AttachStderr: !detach,
      DetachKeys: detachKeys ?? "",
      Env: readEnvironment(flags["env-file"], flags.env),
      WorkingDir: flags.workdir ?? "",
      Cmd: words,
    };
    const { Id } = await client.exec.create(ref!, body);
    if (Id === "") throw new CommandError(1, "exec ID empty");
    if (detach) {
      await client.exec.startDetached(Id, { Detach: true, Tty: tty });
      return 0;
    }
    return runAttached(client, out, Id, { tty, stdin: interactive, consoleSize: body.ConsoleSize, detachKeys });
  },
});

interface ExecSession {
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly consoleSize: readonly number[] | undefined;
  readonly detachKeys: string | undefined;
}

async function runAttached(
  client: Client,
  out: Out,
  id: string,
  { tty, stdin, consoleSize, detachKeys }: ExecSession,
): Promise<number> {
  const stream = await client.exec.start(id, { Detach: false, Tty: tty, ConsoleSize: consoleSize });
  const undo = [tty && stdin ? await rawMode() : () => undefined];
  try {
    const input = stdin ? copyInput(stream, tty ? detachSequence(detachKeys) : undefined) : undefined;
    if (input) undo.push(input.stop);
    if (tty && out.isTerminal) undo.push(followSize((size) => client.exec.resize(id, size)));
    const end = await Promise.race([copyOutput(stream.source, out, tty), ...(input ? [input.detached] : [])]);
    if (end === "detached") throw new CommandError(1, "read escape sequence");
  } finally {
    for (const step of undo) step();
  }
  return (await client.exec.inspect(id)).ExitCode ?? 0;
}
