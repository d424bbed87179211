import type { ContainerUpdate, HostConfig } from "#api/types/container.ts";
import { RuntimeError } from "#drivers/runtime/runtime-driver.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { cannotUpdate, notBuilt, swapBelowMemory } from "./container-errors.ts";
import { publishContainer } from "./container-events.ts";
import { hasProcess } from "./container-state.ts";
import { resources } from "./process-spec.ts";
import { validateCpu, validateMemory, validateRestartPolicy } from "./validate-host-config.ts";

/** Limits that can be changed, also while the container runs. */
const changeable = [
  "BlkioWeight",
  "CpuPeriod",
  "CpuQuota",
  "CpuShares",
  "CpusetCpus",
  "CpusetMems",
  "Memory",
  "MemoryReservation",
  "MemorySwap",
  "NanoCpus",
  "PidsLimit",
] as const satisfies readonly (keyof ContainerUpdate & keyof HostConfig)[];

/**
 * Changes limits and the restart policy; 0, empty and unset mean "as it is", as clients send them. A running container has
 * its new limits before they are recorded. Throws in docker's words.
 */
export async function updateContainer(
  deps: Pick<ContainerDeps, "containers" | "locks" | "events" | "runtime" | "host">,
  ref: string,
  { RestartPolicy: policy, ...limits }: ContainerUpdate,
): Promise<void> {
  const { id } = deps.containers.get(ref);
  refuseOthers(limits);
  await deps.locks.run(id, async () => {
    const record = deps.containers.get(id);
    const asked = Object.fromEntries(changeable.filter((name) => limits[name]).map((name) => [name, limits[name]]));
    const hostConfig: HostConfig = { ...record.hostConfig, ...asked };
    if (
      limits.Memory &&
      !limits.MemorySwap &&
      (hostConfig.MemorySwap ?? 0) > 0 &&
      hostConfig.MemorySwap! < limits.Memory
    )
      throw swapBelowMemory();
    validateMemory(hostConfig);
    validateCpu(hostConfig, deps.host.cpuCount);
    // Clients send an empty policy when the user changes something else.
    const RestartPolicy = policy?.Name
      ? { Name: policy.Name, MaximumRetryCount: policy.MaximumRetryCount ?? 0 }
      : record.hostConfig.RestartPolicy;
    validateRestartPolicy(RestartPolicy, hostConfig.AutoRemove ?? false);
    if (Object.keys(asked).length > 0 && hasProcess(record.state.status)) await apply(deps, id, hostConfig);
    const updated = { ...record, hostConfig: { ...hostConfig, RestartPolicy } };
    await deps.containers.save(updated);
    publishContainer(deps, updated, "update");
  });
}

async function apply({ runtime }: Pick<ContainerDeps, "runtime">, id: string, hostConfig: HostConfig): Promise<void> {
  try {
    await runtime.update(id, resources(hostConfig));
  } catch (error) {
    throw error instanceof RuntimeError ? cannotUpdate(id, error) : error;
  }
}

function refuseOthers(limits: Omit<ContainerUpdate, "RestartPolicy">): void {
  const known = new Set<string>(changeable);
  const others = Object.entries(limits).filter(
    ([name, value]) => !known.has(name) && Boolean(value) && !(Array.isArray(value) && value.length === 0),
  );
  if (others.length > 0) throw notBuilt(`updating ${others.map(([name]) => name).join(", ")} of a container`);
}
