import type { CommandResult } from "./run-command.ts";

export interface TerminalOptions {
  readonly env?: Record<string, string | undefined>;
  /** What the person at the keyboard types, once the program has printed something. */
  readonly typed?: string;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** Runs a program on a terminal of 80 columns and 24 rows. Its output is what the terminal shows, as stdout. */
export async function runOnTerminal(
  argv: readonly string[],
  { env, typed = "", timeout = 30_000 }: TerminalOptions = {},
): Promise<CommandResult> {
  const decoder = new TextDecoder();
  let shown = "";
  let rest = typed;
  const child = Bun.spawn([...argv], {
    env: { ...process.env, TERM: "xterm", ...env },
    terminal: {
      cols: 80,
      rows: 24,
      data(terminal, bytes) {
        shown += decoder.decode(bytes, { stream: true });
        if (rest !== "") terminal.write(rest);
        rest = "";
      },
    },
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), timeout);
  const exitCode = await child.exited;
  clearTimeout(timer);
  // What was written last may come a moment after the end.
  await Bun.sleep(30);
  child.terminal?.close();
  return { stdout: shown, stderr: "", exitCode };
}
