import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProgramError } from "#platform/process/program-error.ts";
import { run } from "#platform/process/run.ts";
import { type ProcessResources, RuntimeError } from "../runtime-driver.ts";
import { buildResources } from "./build-spec.ts";
import { type RuntimeContext, runtimeArguments } from "./runtime-context.ts";
import type { TrackedContainer } from "./tracked-container.ts";

/** The runtime's `update`: it knows where its control groups are and in which order limits can be set. */
export async function updateResources(
  context: RuntimeContext,
  { runtime, bundle }: TrackedContainer["facts"],
  id: string,
  wanted: ProcessResources,
): Promise<void> {
  const file = join(bundle, "update.json");
  writeFileSync(file, JSON.stringify(buildResources(wanted, context.limits, context.warnOnce)));
  try {
    await run([runtime.command, ...runtimeArguments(context, runtime), "update", `--resources=${file}`, id]);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    const detail = error.stderrTail.trim().split("\n").at(-1) ?? "";
    throw new RuntimeError("cannot set the container's limits", detail, { cause: error });
  } finally {
    rmSync(file, { force: true });
  }
}
