import { CommandError, command } from "../../command.ts";
import { copyInput, copyOutput, detachSequence } from "../../terminal/streams.ts";
import { followSize, proxySignals, rawMode, requireTerminal } from "../../terminal/terminal.ts";

export const containerAttach = command({
  path: "container attach",
  aliases: ["attach"],
  summary: "Join stdin, stdout and stderr to a running container",
  args: "CONTAINER",
  least: 1,
  most: 1,
  flags: {
    "detach-keys": { type: "string", help: "Keys that detach from the container" },
    "no-stdin": { type: "boolean", help: "Leave stdin alone" },
    "sig-proxy": { type: "boolean", help: "Pass our signals on to the process", initial: true },
  },
  run: async ({ args: [ref], flags, client, out, config }) => {
    const { Id, State, Config } = await client.containers.inspect(ref!);
    if (State.Restarting)
      throw new CommandError(1, "You cannot attach to a restarting container, wait until it is running");
    if (!State.Running) throw new CommandError(1, "You cannot attach to a stopped container, start it first");
    if (State.Paused) throw new CommandError(1, "You cannot attach to a paused container, unpause it first");
    const tty = Config["Tty"] === true;
    const stdin = !flags["no-stdin"] && Config["OpenStdin"] === true;
    if (tty && stdin) requireTerminal();
    const { exited } = await client.containers.wait(Id);
    const detachKeys = flags["detach-keys"] ?? config.content.detachKeys;
    const stream = await client.containers.attach(Id, { stream: true, stdin, stdout: true, stderr: true, detachKeys });
    const undo = [tty && stdin ? await rawMode() : () => undefined];
    try {
      if (flags["sig-proxy"] && !tty) undo.push(proxySignals((signal) => client.containers.kill(Id, { signal })));
      const input = stdin ? copyInput(stream, tty ? detachSequence(detachKeys) : undefined) : undefined;
      if (input) undo.push(input.stop);
      if (tty) undo.push(followSize((size) => client.containers.resize(Id, size), { redraw: true }));
      const end = await Promise.race([copyOutput(stream.source, out, tty), ...(input ? [input.detached] : [])]);
      if (end === "detached") throw new CommandError(1, "read escape sequence");
    } finally {
      for (const step of undo) step();
    }
    return (await exited).StatusCode;
  },
});
