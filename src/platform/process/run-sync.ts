import { spawnSync } from "bun";
import { ProgramError } from "./program-error.ts";

/**
 * Runs a short external program to its end while this thread waits, and returns its stdout. Only for what must not be
 * interleaved with anything and has no kernel call of its own; `run` for all else. Throws ProgramError, also after
 * `timeoutMs`.
 */
export function runSync(argv: readonly string[], options: { input?: string; timeoutMs?: number } = {}): string {
  const { input, timeoutMs = 10_000 } = options;
  const child = start(argv, input, timeoutMs);
  const stderr = child.stderr.toString();
  if (child.exitedDueToTimeout) throw new ProgramError(argv, { stderr, reason: `no end after ${timeoutMs} ms` });
  if (child.signalCode) throw new ProgramError(argv, { signal: String(child.signalCode), stderr });
  if (child.exitCode !== 0) throw new ProgramError(argv, { exitCode: child.exitCode, stderr });
  return child.stdout.toString();
}

function start(argv: readonly string[], input: string | undefined, timeout: number) {
  try {
    const stdin = input === undefined ? "ignore" : Buffer.from(input);
    return spawnSync([...argv], { stdin, stdout: "pipe", stderr: "pipe", timeout, killSignal: "SIGKILL" });
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    throw new ProgramError(argv, { reason: `cannot start (${String(code ?? error)})`, cause: error });
  }
}
