import { randomBytes } from "node:crypto";
import type { ContainerConfig, HostConfig, NetworkingConfig } from "#api/types/container.ts";
import { randomName } from "#formats/random-name/random-name.ts";
import type { ResolvedImage } from "../image/image-service.ts";
import { completeHostConfig } from "./complete-host-config.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { emptyConfig, invalidName, nameInUse, wrongPlatform } from "./container-errors.ts";
import { publishContainer } from "./container-events.ts";
import { type ContainerRecord, initialState } from "./container-record.ts";
import { validateLogConfig } from "./log-options.ts";
import { mergeConfig } from "./merge-config.ts";
import { networkPlace, validateNetwork } from "./network-mode.ts";
import { otherContainer } from "./other-container.ts";
import { populateVolumes } from "./populate-volumes.ts";
import { validatePorts } from "./ports.ts";
import { resolveMounts } from "./resolve-mounts.ts";
import { validateConfig } from "./validate-config.ts";
import { validateHostConfig } from "./validate-host-config.ts";

export interface CreateRequest {
  /** Empty for a random one. */
  readonly name: string;
  readonly config: ContainerConfig;
  readonly hostConfig: HostConfig;
  readonly networking: NetworkingConfig;
  /** The platform that the image must have ("linux/arm64"); left out, whichever is there. */
  readonly platform?: string;
}

export interface Created {
  readonly id: string;
  readonly warnings: readonly string[];
}

type Needs = Pick<
  ContainerDeps,
  | "containers"
  | "live"
  | "runtime"
  | "storage"
  | "volumes"
  | "images"
  | "networks"
  | "logDrivers"
  | "defaults"
  | "host"
  | "events"
  | "dataRoot"
  | "now"
>;

/**
 * Makes a container: everything that can be wrong is found before anything is made, and what is made is recorded by one
 * commit. Throws in docker's words, `image.no-such` and `container.name-in-use` among others.
 */
export async function createContainer(deps: Needs, request: CreateRequest): Promise<Created> {
  const { hostConfig, warnings } = validate(deps, request);
  const image = imageOf(deps, request);
  // Most are started at once.
  deps.runtime.expectProcess();
  const id = randomBytes(32).toString("hex");
  const config = withHostname(deps, mergeConfig(request.config, image.config), hostConfig, id);
  await using undo = new AsyncDisposableStack();
  const name = await claimName(deps, request.name, id);
  undo.defer(() => deps.containers.freeName(name, id));
  await deps.storage.createContainer(id, image.topLayer);
  undo.defer(() => deps.storage.removeContainer(id));
  const { mounts, made } = await resolveMounts(deps, config, hostConfig);
  undo.defer(async () => {
    for (const volume of made) await deps.volumes.forget(volume);
  });
  const record: ContainerRecord = {
    id,
    name,
    createdAt: deps.now(),
    image: { ref: request.config.Image ?? "", id: image.id, os: image.os, topLayer: image.topLayer },
    config,
    hostConfig,
    networking: request.networking,
    mounts,
    state: initialState,
  };
  holdVolumes(deps, record);
  undo.defer(() => {
    releaseVolumes(deps, record);
    deps.containers.forget(id);
  });
  await populateVolumes(deps, record);
  await deps.containers.save(record, () => {
    for (const volume of made) deps.volumes.insert(volume);
  });
  undo.move();
  for (const volume of made) deps.volumes.announceCreated(volume);
  publishContainer(deps, record, "create");
  return { id, warnings };
}

/** A container without an image starts from an empty root file system: what runs there comes from its mounts. */
const noImage: ResolvedImage = {
  id: "",
  os: "linux",
  architecture: "",
  variant: "",
  config: {},
  topLayer: undefined,
  repoTags: [],
};

function imageOf({ images }: Needs, { config, platform }: CreateRequest): ResolvedImage {
  const ref = config.Image ?? "";
  if (ref === "") return noImage;
  const image = images.resolve(ref);
  if (platform && !matchesPlatform(image, platform)) throw wrongPlatform(ref, platformText(image), platform);
  return image;
}

const platformText = ({ os, architecture, variant }: ResolvedImage): string =>
  [os, architecture, ...(variant === "" ? [] : [variant])].join("/");

/** A platform says as much as its user cares about: "linux", "linux/arm64", "linux/arm/v7". */
function matchesPlatform({ os, architecture, variant }: ResolvedImage, platform: string): boolean {
  const parts = platform.toLowerCase().split("/");
  const actual = parts.length === 1 && parts[0] !== os ? [architecture] : [os, architecture, variant];
  return parts.every((part, index) => part === actual[index]);
}

/** Marks the volumes that a container mounts as in use. */
export function holdVolumes({ volumes }: Pick<ContainerDeps, "volumes">, { id, mounts }: ContainerRecord): void {
  for (const { name } of mounts) if (name !== undefined) volumes.hold(name, id);
}

export function releaseVolumes({ volumes }: Pick<ContainerDeps, "volumes">, { id, mounts }: ContainerRecord): void {
  for (const { name } of mounts) if (name !== undefined) volumes.release(name, id);
}

function validate(deps: Needs, { name, config, hostConfig: asked, networking }: CreateRequest) {
  if ((config.Image ?? "") === "" && Object.keys(config).length === 0) throw emptyConfig();
  if (name !== "") checkName(name);
  validateConfig(config);
  const defaultNetwork = deps.networks.hasDefaultBridge ? "bridge" : "none";
  validateHostConfig(asked, deps.host.cpuCount, deps.defaults.runtimes);
  validatePorts(asked);
  validateLogConfig(asked, deps.logDrivers, deps.defaults.logDriver);
  const completed = completeHostConfig(asked, deps.defaults, defaultNetwork);
  const warnings = [...validateNetwork(config, completed, networking), ...resourceWarnings(completed)];
  return { hostConfig: resolveContainerRefs(deps, completed), warnings };
}

const resourceWarnings = ({ OomKillDisable, Memory }: HostConfig): string[] =>
  OomKillDisable && !Memory
    ? [
        "OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.",
      ]
    : [];

/** Other containers are remembered by id: their names may change. */
function resolveContainerRefs({ containers }: Needs, hostConfig: HostConfig): HostConfig {
  const resolve = (mode = ""): string =>
    mode.startsWith("container:")
      ? `container:${otherContainer(containers, mode.slice("container:".length)).id}`
      : mode;
  const { NetworkMode, IpcMode, PidMode } = hostConfig;
  // docker leaves an unknown network container to the start, so that its message is the start's.
  const place = networkPlace(NetworkMode ?? "");
  const known = place.kind !== "container" || isThere(containers, place.ref);
  return {
    ...hostConfig,
    NetworkMode: known ? resolve(NetworkMode) : NetworkMode,
    IpcMode: resolve(IpcMode),
    PidMode: resolve(PidMode),
  };
}

function isThere(containers: Needs["containers"], ref: string): boolean {
  try {
    containers.get(ref);
    return true;
  } catch {
    return false;
  }
}

function withHostname(deps: Needs, config: ContainerConfig, hostConfig: HostConfig, id: string): ContainerConfig {
  if (config.Hostname) return config;
  const place = networkPlace(hostConfig.NetworkMode ?? "");
  if (place.kind === "host" || hostConfig.UTSMode === "host") return { ...config, Hostname: deps.host.hostname() };
  if (place.kind === "container" && isThere(deps.containers, place.ref)) {
    const { Hostname, Domainname } = deps.containers.get(place.ref).config;
    return { ...config, Hostname, Domainname };
  }
  return { ...config, Hostname: id.slice(0, 12) };
}

export function checkName(name: string, shown = name): void {
  if (!/^\/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) throw invalidName(shown);
}

/**
 * Takes the name for this container. One whose holder is gone for its user, but not yet cleared away, is waited for.
 * Throws `container.name-in-use`.
 */
export async function claimName(
  { containers, live }: Pick<ContainerDeps, "containers" | "live">,
  asked: string,
  id: string,
): Promise<string> {
  const wanted = asked.replace(/^\//, "");
  for (let attempt = 0; ; attempt++) {
    const name = wanted || randomName(attempt);
    if (containers.claimName(name, id)) return name;
    if (wanted === "") continue;
    const holder = containers.idOfName(name)!;
    // A record whose name is another by now, or none at all, is about to free this one.
    if (containers.byId(holder)?.name === name) throw nameInUse(name, holder);
    if (!live.has(holder)) throw nameInUse(name, holder);
    await live.of(holder).gone.promise;
  }
}
