import { messageOf } from "#base/errors/engine-error.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { isActive } from "./container-state.ts";
import { stopContainer } from "./stop.ts";

/** As long as docker gives a container when the daemon goes. */
const graceSeconds = 10;

type Needs = Pick<ContainerDeps, "containers" | "runtime" | "live" | "locks" | "events" | "logger">;

/**
 * Stops all containers side by side, each in its own time but no longer than the daemon has. That the daemon stopped them is
 * not their users' word: restart policies bring them back at the next start.
 */
export async function stopAllContainers(deps: Needs, limitSeconds: number): Promise<void> {
  const active = [...deps.containers.all()].filter(({ state }) => isActive(state.status));
  await Promise.all(
    active.map(async ({ id, config }) => {
      try {
        await stopContainer(deps, id, {
          graceSeconds: Math.min(config.StopTimeout ?? graceSeconds, limitSeconds),
          byDaemon: true,
        });
      } catch (error) {
        deps.logger.error("could not stop a container", { container: id, error: messageOf(error) });
      }
    }),
  );
}
