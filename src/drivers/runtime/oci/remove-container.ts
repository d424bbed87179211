import { existsSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "#platform/process/run.ts";
import { RuntimeError } from "../runtime-driver.ts";
import { bundleOf, type RuntimeContext, runtimeArguments, stateFolderOf } from "./runtime-context.ts";
import type { TrackedContainer } from "./tracked-container.ts";

const killPatienceMs = 10_000;
const groupPatienceMs = 2000;

/**
 * Ends what still runs and deletes all that `create` made. The control group and the runtime's few files are deleted
 * directly, which is what the runtime's `delete` would do and spares its process; systemd's groups are left to it.
 */
export async function removeContainer(context: RuntimeContext, id: string): Promise<void> {
  const container = context.containers.get(id);
  if (container) await endContainer(container);
  const ownDelete =
    container !== undefined && container.facts.runtime.kind !== "other" && context.cgroupDriver !== "systemd";
  const isGroupGone = !ownDelete || (await removeGroup(container));
  const state = stateFolderOf(context, id);
  if (!ownDelete || !isGroupGone) await deleteByRuntime(context, container, id);
  rmSync(state, { recursive: true, force: true });
  rmSync(bundleOf(context, id), { recursive: true, force: true });
  context.exits.remove(id);
  container?.close();
  context.containers.delete(id);
}

async function endContainer(container: TrackedContainer): Promise<void> {
  if (container.exit) return;
  killAll(container);
  const patience = new AbortController();
  const exit = await Promise.race([
    container.exited.promise,
    sleep(killPatienceMs, undefined, { signal: patience.signal }).catch(() => undefined),
  ]);
  patience.abort();
  if (!exit) {
    const { id } = container.facts;
    throw new RuntimeError(
      `container ${id} cannot be killed`,
      `container ${id} has not ended ${killPatienceMs} ms after SIGKILL`,
    );
  }
}

/** A frozen group takes its signals only once it is thawed. */
function killAll(container: TrackedContainer): void {
  container.signal(constants.signals.SIGKILL);
  if (container.cgroup?.isFrozen()) container.cgroup.setFrozen(false);
}

/** A group goes when the last of its processes is reaped, which may take a moment; in the host's pid namespace they outlive the first one. */
async function removeGroup({ cgroup }: TrackedContainer): Promise<boolean> {
  if (!cgroup) return true;
  const until = Date.now() + groupPatienceMs;
  for (let pauseMs = 1; !cgroup.remove(); pauseMs = Math.min(pauseMs * 2, 50)) {
    if (Date.now() > until) return false;
    cgroup.kill();
    await sleep(pauseMs);
  }
  return true;
}

async function deleteByRuntime(
  context: RuntimeContext,
  container: TrackedContainer | undefined,
  id: string,
): Promise<void> {
  if (!existsSync(stateFolderOf(context, id))) return;
  const runtime = container?.facts.runtime ?? context.defaultRuntime;
  const argv = [runtime.command, ...runtimeArguments(context, runtime), "delete", "--force", id];
  const { exitCode, stderr } = await run(argv, { acceptFailure: true, timeoutMs: killPatienceMs });
  if (exitCode !== 0) context.options.log.warn("the runtime did not delete a container", { id, stderr: stderr.trim() });
}
