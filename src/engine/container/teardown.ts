import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "#base/errors/engine-error.ts";
import type { ContainerDeps } from "./container-deps.ts";
import type { ContainerRecord } from "./container-record.ts";

/** How long output may still come from a process that has ended. */
const outputGraceMilliseconds = 2000;

type Needs = Pick<ContainerDeps, "networks" | "storage" | "runtime" | "live" | "volumes" | "logger">;

/**
 * Takes back what a start has made: network, runtime state, mount. `record` is the one that still names its endpoint. Each
 * step is tried whatever became of the one before; failures are logged, and the next start of the daemon tries again.
 */
export async function tearDown(deps: Needs, record: ContainerRecord): Promise<void> {
  const { id, endpoint } = record;
  const step = async (what: string, work: () => unknown) => {
    try {
      await work();
    } catch (error) {
      deps.logger.warn(`could not ${what}`, { container: id, error: messageOf(error) });
    }
  };
  if (endpoint) await step("disconnect the network", () => deps.networks.disconnect(id, endpoint));
  await step("hand on the last output", () => settleOutput(deps, id));
  await step("remove the runtime's state", () => deps.runtime.remove(id));
  await step("unmount the root file system", () => deps.storage.unmount(id));
  for (const { name } of record.mounts) if (name !== undefined) deps.volumes.announceUnmount(name, id);
}

/** The process is gone; what it wrote is still on its way to the clients. A slow client may take its time. */
async function settleOutput({ live }: Needs, id: string): Promise<void> {
  const { hub } = live.of(id);
  while (hub.isConnected) {
    await Promise.race([hub.whenEnded(), sleep(outputGraceMilliseconds, undefined, { ref: false })]);
    if (!hub.isStalled) break;
  }
  hub.end();
}
