import { existsSync } from "node:fs";
import type { NetworkRecord } from "../network/network-record.ts";
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
  const { id, image, state } = record;
  const files = containerFiles(deps, id);
  // A start that failed has written them, too.
  const hasStarted = state.startedAt !== "" || existsSync(files.hostname);
  const network = networkOf(deps, record);
  return {
    record,
    imageName: deps.images.displayName(image.ref, image.id),
    files: hasStarted ? files : undefined,
    logPath: hasStarted && logDriverOf(record, deps.logDrivers) ? deps.dataRoot.containerLog(id) : "",
    execIds: deps.execs.idsOf(id),
    storage: { driver: deps.storage.name, data: deps.storage.containerData(id) },
    bridge: record.endpoint || record.lastNetworkId ? (network?.bridge?.device ?? "") : "",
    networkId: state.startedAt === "" ? undefined : network?.id,
  };
}

/** The network that a container's mode names; undefined when there is none, as with one that shares another container's. */
export function networkOf(
  { networks }: Pick<ContainerDeps, "networks">,
  { hostConfig }: ContainerRecord,
): NetworkRecord | undefined {
  return networks.list().find(({ id, name }) => name === hostConfig.NetworkMode || id === hostConfig.NetworkMode);
}
