import { ProgramError } from "./program-error.ts";
import { type ChildExit, type ChildProcess, spawnProcess } from "./spawn-process.ts";

export interface RunOptions {
  /** Written to its stdin, which is /dev/null otherwise. */
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Return other exit codes than 0 instead of throwing. Death by a signal, also by the time limit, always throws. */
  readonly acceptFailure?: boolean;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/**
 * Runs an external program to its end, without a shell, and returns its output as text. Meant for small outputs: all is
 * held in memory. Throws ProgramError with exit code and the tail of stderr.
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const { input, cwd, env } = options;
  const child = spawnProcess(argv, { stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"], cwd, env });
  let stopped: string | undefined;
  const stop = (reason: string) => {
    stopped ??= reason;
    child.kill();
  };
  const timer = options.timeoutMs && setTimeout(() => stop(`no end after ${options.timeoutMs} ms`), options.timeoutMs);
  const onAbort = () => stop("aborted");
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    // A program may end without reading its input; its exit code tells whether that was a failure.
    if (child.stdin && input !== undefined) void feed(child.stdin, input).catch(() => {});
    const [stdout, stderr, exit] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return outcome(argv, { stdout, stderr, exit, stopped, acceptFailure: options.acceptFailure ?? false });
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", onAbort);
  }
}

async function feed(stdin: NonNullable<ChildProcess["stdin"]>, input: string | Uint8Array): Promise<void> {
  await stdin.write(input);
  await stdin.end();
}

function outcome(
  argv: readonly string[],
  facts: { stdout: string; stderr: string; exit: ChildExit; stopped: string | undefined; acceptFailure: boolean },
): RunResult {
  const { stdout, stderr, exit } = facts;
  if (exit.exitCode === undefined) throw new ProgramError(argv, { signal: exit.signal, stderr, reason: facts.stopped });
  if (exit.exitCode !== 0 && !facts.acceptFailure) throw new ProgramError(argv, { exitCode: exit.exitCode, stderr });
  return { stdout, stderr, exitCode: exit.exitCode };
}
