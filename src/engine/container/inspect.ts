import type { ContainerDeps } from "./container-deps.ts";
import { type ContainerFiles, containerFiles } from "./container-files.ts";
import type { ContainerRecord } from "./container-record.ts";
import { logDriverOf } from "./log-options.ts";

/** A container's record with what stands elsewhere. */
export interface InspectFacts {
  readonly record: ContainerRecord;
  readonly imageName: string;
  /** Undefined before the first start. */
  readonly files: ContainerFiles | undefined;
  /** Empty without a log. */
  readonly logPath: string;
  readonly execIds: readonly string[];
  readonly storage: { readonly driver: string; readonly data: Readonly<Record<string, string>> };
  /** Kernel name of its bridge, while it has an endpoint. */
  readonly bridge: string;
  /** The network that its mode names; undefined when there is none of that name. */
  readonly networkId: string | undefined;
}

export function inspectContainer(
  deps: Pick<ContainerDeps, "containers" | "images" | "dataRoot" | "execs" | "storage" | "networks" | "logDrivers">,
  ref: string,
): InspectFacts {
  const record = deps.containers.get(ref);
  const { id, image, state, hostConfig } = record;
  const hasStarted = state.startedAt !== "";
  const network = deps.networks
    .list()
    .find(({ name, id }) => name === hostConfig.NetworkMode || id === hostConfig.NetworkMode);
  return {
    record,
    imageName: deps.images.displayName(image.ref, image.id),
    files: hasStarted ? containerFiles(deps, id) : undefined,
    logPath: hasStarted && logDriverOf(record, deps.logDrivers) ? deps.dataRoot.containerLog(id) : "",
    execIds: deps.execs.idsOf(id),
    storage: { driver: deps.storage.name, data: deps.storage.containerData(id) },
    bridge: record.endpoint || record.lastNetworkId ? (network?.bridge?.device ?? "") : "",
    networkId: hasStarted ? network?.id : undefined,
  };
}
