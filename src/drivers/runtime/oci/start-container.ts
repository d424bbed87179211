import { closeSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openFifoForReading, takeFromFifo, writeToFifo } from "#platform/linux/fifo.ts";
import { ProgramError } from "#platform/process/program-error.ts";
import { run } from "#platform/process/run.ts";
import { RuntimeError } from "../runtime-driver.ts";
import { type RuntimeContext, runtimeArguments, stateFolderOf } from "./runtime-context.ts";
import type { TrackedContainer } from "./tracked-container.ts";

/**
 * Lets a created container run, as the runtime's `start` does and without a process for it: crun's waits for a byte in
 * its FIFO, runc's for a reader of it. The file's absence is what the runtimes call "running".
 */
export function startContainer(context: RuntimeContext, container: TrackedContainer): void | Promise<void> {
  const { id, runtime } = container.facts;
  const fifo = join(stateFolderOf(context, id), "exec.fifo");
  if (runtime.kind === "runc") return readFifo(fifo, context, container);
  if (runtime.kind === "other") return askRuntime(context, container);
  try {
    writeToFifo(fifo, "0");
  } catch (error) {
    if (!isMissing(error)) throw error;
    return askRuntime(context, container);
  }
  rmSync(fifo, { force: true });
}

/** ENXIO: nobody reads it, the process has ended or waits in another way. */
const isMissing = (error: unknown) => ["ENOENT", "ENXIO"].includes((error as NodeJS.ErrnoException).code ?? "");

async function readFifo(fifo: string, context: RuntimeContext, container: TrackedContainer): Promise<void> {
  let fd: number;
  try {
    fd = openFifoForReading(fifo);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return await askRuntime(context, container);
  }
  try {
    while (!takeFromFifo(fd)) {
      if (container.hasEnded()) throw startError(container, "container process is already dead");
      await sleep(1);
    }
  } finally {
    closeSync(fd);
  }
  rmSync(fifo, { force: true });
}

async function askRuntime(context: RuntimeContext, container: TrackedContainer): Promise<void> {
  const { id, runtime } = container.facts;
  try {
    await run([runtime.command, ...runtimeArguments(context, runtime), "start", id]);
  } catch (error) {
    if (error instanceof ProgramError) throw startError(container, error.stderrTail, error);
    throw error;
  }
}

function startError({ facts }: TrackedContainer, detail: string, cause?: unknown): RuntimeError {
  return new RuntimeError(`cannot start the process of container ${facts.id}`, detail, { cause });
}
