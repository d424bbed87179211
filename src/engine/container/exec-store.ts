import type { RunningExec } from "#drivers/runtime/runtime-driver.ts";
import { noSuchExec } from "./container-errors.ts";

export interface ExecRequest {
  readonly command: readonly string[];
  readonly env: readonly string[];
  readonly user: string;
  readonly workingDir: string;
  readonly tty: boolean;
  readonly privileged: boolean;
  readonly attachStdin: boolean;
  readonly attachStdout: boolean;
  readonly attachStderr: boolean;
  /** As the user wrote them; empty for docker's. */
  readonly detachKeys: string;
  readonly terminalSize: { readonly rows: number; readonly columns: number } | undefined;
}

/** A process to be run, running or run inside a container. Known only while the daemon runs, as with docker. */
export interface ExecRecord {
  readonly id: string;
  readonly containerId: string;
  readonly request: ExecRequest;
  readonly status: "created" | "running" | "exited";
  /** Of the last run; 0 before. */
  readonly pid: number;
  readonly exitCode: number | undefined;
  /** performance.now() of its end. */
  readonly endedAt?: number;
}

/** How long a finished one can still be asked for, in milliseconds. */
const keptMilliseconds = 10 * 60_000;

/** The execs of all containers. */
export class ExecStore {
  readonly #records = new Map<string, ExecRecord>();
  /** What is needed to reach those that run. */
  readonly running = new Map<string, RunningExec>();

  add(record: ExecRecord): void {
    this.#sweep();
    this.#records.set(record.id, record);
  }

  /** Throws `exec.no-such`. */
  get(id: string): ExecRecord {
    const record = this.#records.get(id);
    if (!record) throw noSuchExec(id);
    return record;
  }

  /** Replaces a record, unless its container has gone in the meantime. */
  save(record: ExecRecord): void {
    if (this.#records.has(record.id)) this.#records.set(record.id, record);
  }

  /** Ids of those that belong to a container and are not over, for inspect. */
  idsOf(containerId: string): readonly string[] {
    return [...this.#records.values()]
      .filter((record) => record.containerId === containerId && record.status !== "exited")
      .map(({ id }) => id);
  }

  /** The container has ended, and with it all that ran inside; those that never ran never will. */
  endContainer(containerId: string): void {
    for (const record of this.#records.values())
      if (record.containerId === containerId && record.status === "created") this.#records.delete(record.id);
  }

  forgetContainer(containerId: string): void {
    for (const record of this.#records.values())
      if (record.containerId === containerId) this.#records.delete(record.id);
  }

  #sweep(): void {
    const oldest = performance.now() - keptMilliseconds;
    for (const record of this.#records.values())
      if (record.endedAt !== undefined && record.endedAt < oldest) this.#records.delete(record.id);
  }
}
