import type { ContainerDeps } from "./container-deps.ts";
import { alreadyPaused, isRestarting, notPaused, notRunning } from "./container-errors.ts";
import { publishContainer } from "./container-events.ts";
import { type ContainerRecord, withState } from "./container-record.ts";
import { nextStatus } from "./container-state.ts";

type Needs = Pick<ContainerDeps, "containers" | "runtime" | "locks" | "events">;

/** Freezes all processes of a container. */
export async function pauseContainer(deps: Needs, ref: string): Promise<void> {
  const { id } = deps.containers.get(ref);
  await deps.locks.run(id, async () => {
    const record = deps.containers.get(id);
    const { status } = record.state;
    if (status === "paused") throw alreadyPaused(id);
    if (status === "restarting") throw isRestarting(id);
    if (status !== "running") throw notRunning(id);
    await deps.runtime.pause(id);
    await change(deps, record, "pause");
  });
}

export async function unpauseContainer(deps: Needs, ref: string): Promise<void> {
  const { id } = deps.containers.get(ref);
  await deps.locks.run(id, async () => {
    const record = deps.containers.get(id);
    if (record.state.status !== "paused") throw notPaused(id);
    await deps.runtime.unpause(id);
    await change(deps, record, "unpause");
  });
}

async function change(deps: Needs, record: ContainerRecord, move: "pause" | "unpause"): Promise<void> {
  await deps.containers.save(withState(record, { status: nextStatus(record.state.status, move) }));
  publishContainer(deps, record, move);
}
