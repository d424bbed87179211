import process from "node:process";
import { CommandError } from "../command.ts";

/** `-t` with something else than a terminal on stdin is refused, as docker does. */
export function requireTerminal(): void {
  if (!process.stdin.isTTY) throw new CommandError(1, "the input device is not a TTY");
}

/** Raw mode on our terminal; undone by the returned function. NORAW in the environment leaves it alone. */
export function rawMode(): () => void {
  if (!process.stdin.isTTY || process.env["NORAW"]) return () => undefined;
  process.stdin.setRawMode(true);
  return () => process.stdin.setRawMode(false);
}

/** Tells the terminal's size now and whenever it changes, until the returned function is called. */
export function followSize(resize: (size: { h: number; w: number }) => Promise<unknown>): () => void {
  const tell = () => {
    const { rows, columns } = process.stdout;
    // The container may have ended, or not begun: its size does not matter then.
    if (rows > 0 && columns > 0) resize({ h: rows, w: columns }).catch(() => undefined);
  };
  tell();
  process.on("SIGWINCH", tell);
  return () => process.off("SIGWINCH", tell);
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
