import { type ChildProcess, spawnProcess } from "#platform/process/spawn-process.ts";
import { ownCommand } from "./dispatch.ts";
import { reexecPrefix } from "./prefix.ts";
import type { UnpackAnswer, UnpackOrder } from "./unpack/unpack-child.ts";
import { UnpackError } from "./unpack/unpack-error.ts";

export interface UnpackRequest extends UnpackOrder {
  readonly signal: AbortSignal;
}

export interface UnpackedLayer {
  readonly diffId: string;
  readonly archiveBytes: number;
  readonly contentBytes: number;
}

/** Starts the unpacking child and feeds it. */
export class UnpackClient {
  readonly #command: readonly string[];

  /** `command` starts our own program; the child's arguments are put behind it. */
  constructor(command: readonly string[] = ownCommand()) {
    this.#command = command;
  }

  /** Everything that goes wrong is an UnpackError at `done`; `write` rejects with the same. Abort kills the child. */
  unpack({ signal, ...order }: UnpackRequest): Unpacking {
    const argv = [...this.#command, `${reexecPrefix}unpack`, JSON.stringify(order)];
    // The child needs nothing of our environment but where to find xz.
    const child = spawnProcess(argv, { stdio: ["pipe", "pipe", "pipe"], env: { PATH: process.env.PATH } });
    return new Unpacking(child, signal);
  }
}

export class Unpacking {
  readonly done: Promise<UnpackedLayer>;
  readonly #child: ChildProcess;
  #isOver = false;

  constructor(child: ChildProcess, signal: AbortSignal) {
    this.#child = child;
    const abort = () => child.kill("SIGKILL");
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    this.done = outcome(child, signal).finally(() => {
      this.#isOver = true;
      signal.removeEventListener("abort", abort);
    });
    // Who is still writing hears of the failure there; nobody may be waiting here yet.
    this.done.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Waits while the child is behind. */
  async write(chunk: Uint8Array): Promise<void> {
    try {
      if (!this.#isOver) {
        await this.#child.stdin!.write(chunk);
        await this.#child.stdin!.flush();
        return;
      }
    } catch {
      // The child has closed its end: its answer tells why.
    }
    await this.done;
    throw new UnpackError("child-failed", "the unpacking child ended before the layer did");
  }

  end(): void {
    void Promise.resolve(this.#child.stdin!.end()).catch(() => {});
  }
}

async function outcome(child: ChildProcess, signal: AbortSignal): Promise<UnpackedLayer> {
  const [stdout, stderr, { exitCode, signal: killedBy }] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (signal.aborted) throw new UnpackError("aborted", "unpacking was aborted", { cause: signal.reason });
  const answer = parseAnswer(stdout);
  if (answer && "error" in answer) throw new UnpackError(answer.code, answer.error);
  if (answer && exitCode === 0) return answer;
  const how = killedBy ? `killed by ${killedBy}` : `exit code ${exitCode}`;
  throw new UnpackError("child-failed", `the unpacking child failed (${how}): ${stderr.slice(-2000).trim()}`);
}

/** A child that died in the middle has not written its line. */
function parseAnswer(stdout: string): UnpackAnswer | undefined {
  return stdout.endsWith("\n") ? (JSON.parse(stdout) as UnpackAnswer) : undefined;
}
