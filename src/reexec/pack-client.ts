import { spawnProcess } from "#platform/process/spawn-process.ts";
import { ownCommand } from "./dispatch.ts";
import type { PackFailure, PackOrder } from "./pack/pack-child.ts";
import { reexecPrefix } from "./prefix.ts";

/** The tree could not be packed whole. `code` is the kernel's ("ENOENT": there is no such path) or "child-failed". */
export class PackError extends Error {
  override readonly name = "PackError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Starts the packing child and reads its archive. */
export class PackClient {
  readonly #command: readonly string[];

  /** `command` starts our own program; the child's arguments are put behind it. */
  constructor(command: readonly string[] = ownCommand()) {
    this.#command = command;
  }

  /**
   * The archive as it is made, at the reader's pace. Throws PackError at its end when something failed, so a reader must
   * not take what came before for a whole archive. To stop reading, or `signal`, kills the child.
   */
  async *pack(order: PackOrder, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    signal?.throwIfAborted();
    const argv = [...this.#command, `${reexecPrefix}pack`, JSON.stringify(order)];
    const child = spawnProcess(argv, { stdio: ["ignore", "pipe", "pipe"], env: {} });
    const stderr = new Response(child.stderr).text();
    const abort = () => child.kill("SIGKILL");
    signal?.addEventListener("abort", abort, { once: true });
    try {
      yield* child.stdout!;
      const { exitCode, signal: killedBy } = await child.exited;
      signal?.throwIfAborted();
      if (exitCode !== 0) throw failureOf(await stderr, killedBy ? `killed by ${killedBy}` : `exit code ${exitCode}`);
    } finally {
      signal?.removeEventListener("abort", abort);
      abort();
    }
  }
}

function failureOf(stderr: string, how: string): PackError {
  try {
    const { code, error } = JSON.parse(stderr) as PackFailure;
    return new PackError(code, error);
  } catch {
    return new PackError("child-failed", `the packing child failed (${how}): ${stderr.slice(-2000).trim()}`);
  }
}
