import { type FileSink, spawn } from "bun";
import { ProgramError } from "./program-error.ts";

/** What a child finds at one of its descriptors: a new pipe, /dev/null, ours of the same number, or our descriptor. */
export type ChildStdio = "pipe" | "ignore" | "inherit" | number;

export interface SpawnOptions {
  /** By descriptor number: 0, 1 and 2 default to "ignore". Behind them raw descriptors of ours may be handed over. */
  readonly stdio?: readonly ChildStdio[];
  readonly cwd?: string;
  /** The child's whole environment; ours when it is left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the child sees as its own name. */
  readonly argv0?: string;
  /** A session of its own: it outlives us and our terminal's signals. */
  readonly detached?: boolean;
}

export interface ChildProcess {
  readonly pid: number;
  /** Present when stdio 0 is "pipe". */
  readonly stdin: FileSink | undefined;
  readonly stdout: ReadableStream<Uint8Array> | undefined;
  readonly stderr: ReadableStream<Uint8Array> | undefined;
  /** Our ends of the pipes at 3 and above, undefined where there is none. The caller closes them. */
  readonly extra: readonly (number | undefined)[];
  /** Never rejects. */
  readonly exited: Promise<ChildExit>;
  /** Nothing happens when it has ended already. */
  kill(signal?: NodeJS.Signals): void;
  /** Lets our event loop end although the child lives. */
  unref(): void;
}

export interface ChildExit {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

/** Starts an external program without a shell. Throws ProgramError when it cannot be started (ENOENT, EACCES). */
export function spawnProcess(argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const [stdin = "ignore", stdout = "ignore", stderr = "ignore", ...rest] = options.stdio ?? [];
  const child = start(argv, options, [stdin, stdout, stderr, ...rest]);
  return {
    pid: child.pid,
    stdin: typeof child.stdin === "object" ? child.stdin : undefined,
    stdout: typeof child.stdout === "object" ? child.stdout : undefined,
    stderr: typeof child.stderr === "object" ? child.stderr : undefined,
    extra: rest.map((kind, index) => (kind === "pipe" ? (child.stdio[index + 3] ?? undefined) : undefined)),
    exited: child.exited.then(() => ({
      exitCode: child.signalCode === null ? (child.exitCode ?? undefined) : undefined,
      signal: child.signalCode === null ? undefined : String(child.signalCode),
    })),
    kill: (signal = "SIGKILL") => {
      child.kill(signal);
    },
    unref: () => {
      child.unref();
    },
  };
}

type Stdio = [ChildStdio, ChildStdio, ChildStdio, ...ChildStdio[]];

function start(argv: readonly string[], { cwd, env, argv0, detached }: SpawnOptions, stdio: Stdio) {
  try {
    return spawn([...argv], { stdio, cwd, env, argv0, detached });
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    throw new ProgramError(argv, { reason: `cannot start (${String(code ?? error)})`, cause: error });
  }
}
