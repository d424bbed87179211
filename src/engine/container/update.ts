import type { ContainerUpdate } from "#api/types/container.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { notBuilt } from "./container-errors.ts";
import { publishContainer } from "./container-events.ts";
import { validateMemory, validateRestartPolicy } from "./validate-host-config.ts";

/** Changes the restart policy. Limits of a container cannot be changed yet, and that is said. */
export async function updateContainer(
  deps: Pick<ContainerDeps, "containers" | "locks" | "events">,
  ref: string,
  { RestartPolicy: policy, ...limits }: ContainerUpdate,
): Promise<void> {
  const { id } = deps.containers.get(ref);
  validateMemory(limits);
  const asked = Object.entries(limits).filter(
    ([, value]) => Boolean(value) && !(Array.isArray(value) && value.length === 0),
  );
  if (asked.length > 0) throw notBuilt(`updating ${asked.map(([name]) => name).join(", ")} of a container`);
  await deps.locks.run(id, async () => {
    const record = deps.containers.get(id);
    // Clients send an empty policy when the user changes something else.
    if (!policy?.Name) return;
    validateRestartPolicy(policy, record.hostConfig.AutoRemove ?? false);
    const RestartPolicy = { Name: policy.Name, MaximumRetryCount: policy.MaximumRetryCount ?? 0 };
    const updated = { ...record, hostConfig: { ...record.hostConfig, RestartPolicy } };
    await deps.containers.save(updated);
    publishContainer(deps, updated, "update");
  });
}
