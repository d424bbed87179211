import type { ContainerDeps } from "./container-deps.ts";
import { publishContainer } from "./container-events.ts";
import { startContainer } from "./start.ts";
import { type StopOptions, stopContainer } from "./stop.ts";

/** Stops the container when it runs, and starts it in any case. One that removes itself stays for this. */
export async function restartContainer(deps: ContainerDeps, ref: string, options: StopOptions): Promise<void> {
  const { id } = deps.containers.get(ref);
  const live = deps.live.of(id);
  live.isBeingRestarted = true;
  try {
    await stopContainer(deps, id, options);
    await startContainer(deps, id);
  } finally {
    live.isBeingRestarted = false;
  }
  const record = deps.containers.byId(id);
  if (record) publishContainer(deps, record, "restart");
}
