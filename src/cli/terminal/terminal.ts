import process from "node:process";
import { CommandError } from "../command.ts";

/** `-t` with something else than a terminal on stdin is refused, as docker does. */
export function requireTerminal(): void {
  if (!process.stdin.isTTY) throw new CommandError(1, "the input device is not a TTY");
}

/**
 * Raw mode on our terminal, in both directions: line feeds of a program that moves the cursor must stay what they are, which
 * Node's own raw mode does not grant. Undone by the returned function. NORAW in the environment leaves the terminal alone.
 */
export async function rawMode(): Promise<() => void> {
  if (!process.stdin.isTTY || process.env["NORAW"]) return () => undefined;
  // Loaded only here: binding libc costs start-up time.
  const { makeTerminalRaw } = await import("#platform/linux/terminal-mode.ts");
  return makeTerminalRaw(0);
}

/**
 * Tells the terminal's size now and whenever it changes, until the returned function is called. With `redraw` another size
 * is told first, so that a program that waits for input draws its screen for whoever joins it.
 */
export function followSize(
  resize: (size: { h: number; w: number }) => Promise<unknown>,
  { redraw = false } = {},
): () => void {
  const tell = async (more = 0) => {
    const { rows, columns } = process.stdout;
    if (!(rows > 0 && columns > 0)) return;
    // The container may have ended, or not begun: its size does not matter then.
    await resize({ h: rows + more, w: columns + more }).catch(() => undefined);
  };
  const onChange = () => void tell();
  void (redraw ? tell(1).then(() => tell()) : tell());
  process.on("SIGWINCH", onChange);
  return () => process.off("SIGWINCH", onChange);
}

const passed = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGCONT"] as const;

/** Passes our signals on to the container, until the returned function is called. */
export function proxySignals(kill: (signal: string) => Promise<unknown>): () => void {
  const handlers = passed.map((signal) => {
    const handler = () => void kill(signal.slice(3)).catch(() => undefined);
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const off of handlers) off();
  };
}
