export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  /** 128 + signal when one ended it. */
  readonly exitCode: number;
}

export interface CommandOptions {
  readonly stdin?: string | Uint8Array | undefined;
  readonly env?: Record<string, string | undefined> | undefined;
  readonly cwd?: string | undefined;
  /** Milliseconds after which it is killed and the promise rejected. */
  readonly timeout?: number | undefined;
}

/** Runs a program to its end, whatever its exit code; a test must never hang on one. */
export async function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return startCommand(argv, options).ended;
}

/** Runs a program that must succeed and returns what it printed. */
export async function mustRun(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand(argv, options);
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: exit code ${exitCode}: ${stderr || stdout}`);
  return stdout;
}

export interface StartedCommand {
  readonly pid: number;
  readonly ended: Promise<CommandResult>;
  /** What it has printed so far. */
  readonly stdoutSoFar: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
}

/** Starts a program that goes on beside the test. */
export function startCommand(
  argv: readonly string[],
  { stdin, env, cwd, timeout = 60_000 }: CommandOptions = {},
): StartedCommand {
  const child = Bun.spawn([...argv], {
    stdin: stdin === undefined ? "ignore" : "pipe",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, timeout);
  let stdoutSoFar = "";
  const ended = (async (): Promise<CommandResult> => {
    const [stdout, stderr] = await Promise.all([
      readText(child.stdout, (text) => {
        stdoutSoFar += text;
      }),
      readText(child.stderr),
      child.exited,
    ]);
    clearTimeout(timer);
    if (isLate) throw new Error(`${argv.join(" ")}: no end within ${timeout} ms; it printed ${stdout}${stderr}`);
    return { stdout, stderr, exitCode: child.exitCode ?? 128 + signalNumber(child.signalCode) };
  })();
  // Whoever asks for the end gets the failure; nobody may ask.
  ended.catch(() => undefined);
  if (stdin !== undefined) void feed(child.stdin as unknown as Sink, stdin);
  return {
    pid: child.pid,
    ended,
    stdoutSoFar: () => stdoutSoFar,
    kill: (signal) => child.kill(signal),
  };
}

interface Sink {
  write(data: string | Uint8Array): unknown;
  end(): unknown;
}

async function feed(sink: Sink, data: string | Uint8Array): Promise<void> {
  try {
    sink.write(data);
    await sink.end();
  } catch {
    // It may have ended without reading.
  }
}

async function readText(
  stream: ReadableStream<Uint8Array>,
  onText: (text: string) => void = () => {},
): Promise<string> {
  const decoder = new TextDecoder();
  let all = "";
  for await (const chunk of stream) {
    const text = decoder.decode(chunk, { stream: true });
    all += text;
    onText(text);
  }
  return all;
}

function signalNumber(name: NodeJS.Signals | number | null): number {
  return (
    ({ SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 } as Record<string, number>)[
      name ?? ""
    ] ?? 0
  );
}
