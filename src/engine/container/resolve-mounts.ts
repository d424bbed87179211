import { statSync } from "node:fs";
import type { ContainerConfig, HostConfig, MountPoint } from "#api/types/container.ts";
import type { VolumeRecord } from "../volume/volume-record.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { invalidOption, notBuilt } from "./container-errors.ts";
import type { ContainerMount } from "./container-record.ts";
import { otherContainer } from "./other-container.ts";
import { type Bind, cleanDestination, cleanPath, isPropagation, parseBind, propagationOf } from "./parse-bind.ts";
import { tmpfsOptionsOf, tmpfsOptionsOfMount } from "./tmpfs-options.ts";

export interface ResolvedMounts {
  readonly mounts: readonly ContainerMount[];
  /** Volumes that were made for this container and are not recorded yet. */
  readonly made: readonly VolumeRecord[];
}

type Needs = Pick<ContainerDeps, "containers" | "volumes" | "dataRoot">;

/**
 * All that is mounted into a container: `-v`, `--volumes-from`, `--mount`, `--tmpfs`, and the volumes of the image at places
 * where nothing else is. Folders of new volumes exist when this returns. Throws in docker's words.
 */
export async function resolveMounts(
  { containers, volumes, dataRoot }: Needs,
  config: ContainerConfig,
  hostConfig: HostConfig,
): Promise<ResolvedMounts> {
  const byDestination = new Map<string, ContainerMount>();
  const made: VolumeRecord[] = [];
  const volume = async (name: string, driver = hostConfig.VolumeDriver ?? "", labels?: Record<string, string>) => {
    await volumes.settled(name);
    const record = volumes.prepare({ name, driver, driverOptions: {}, labels: labels ?? null });
    if (!volumes.isRecorded(record) && !made.some((other) => other.name === record.name)) made.push(record);
    return { name: record.name, source: volumes.mountpoint(record.name) };
  };
  for (const text of hostConfig.VolumesFrom ?? [])
    for (const mount of volumesFrom(containers, text)) byDestination.set(mount.destination, mount);
  const explicit = new Set<string>();
  const add = (mount: ContainerMount) => {
    if (explicit.has(mount.destination)) throw invalidOption(`Duplicate mount point: ${mount.destination}`);
    explicit.add(mount.destination);
    byDestination.set(mount.destination, withPropagation(mount, dataRoot.root));
  };
  try {
    for (const text of hostConfig.Binds ?? []) add(await bindMount(parseBind(text), volume));
    for (const mount of hostConfig.Mounts ?? []) add(await mountPoint(mount, volume));
    for (const [destination, options] of Object.entries(hostConfig.Tmpfs ?? {})) add(tmpfs(destination, options));
    for (const path of Object.keys(config.Volumes ?? {})) {
      const destination = cleanDestination(path, "volume");
      if (byDestination.has(destination)) continue;
      byDestination.set(destination, { type: "volume", ...(await volume("")), ...plain, destination });
    }
  } catch (error) {
    for (const record of made) await volumes.forget(record);
    throw error;
  }
  return { mounts: [...byDestination.values()], made };
}

/**
 * A bind that holds the engine's own folder holds all containers' mounts: the container must let go of them when the engine
 * does, or nothing could be removed while it runs.
 */
function withPropagation(mount: ContainerMount, dataRoot: string): ContainerMount {
  if (mount.type !== "bind" || mount.propagation !== "") return mount;
  const holdsRoot = mount.source === "/" || `${dataRoot}/`.startsWith(`${mount.source}/`);
  return { ...mount, propagation: holdsRoot ? "rslave" : "rprivate" };
}

const plain = { mode: "", readWrite: true, propagation: "" } as const;

type MakeVolume = (
  name: string,
  driver?: string,
  labels?: Record<string, string>,
) => Promise<{ name: string; source: string }>;

async function bindMount({ source, destination, mode }: Bind, volume: MakeVolume): Promise<ContainerMount> {
  const words = mode.split(",");
  const readWrite = !words.includes("ro");
  if (source.startsWith("/"))
    return {
      type: "bind",
      source,
      destination,
      mode,
      readWrite,
      propagation: propagationOf(mode),
      createSource: true,
    };
  return {
    type: "volume",
    ...(await volume(source)),
    destination,
    // docker shows its own default for named volumes.
    mode: mode === "" && source !== "" ? "z" : mode,
    readWrite,
    propagation: propagationOf(mode),
    ...(words.includes("nocopy") ? { noCopy: true as const } : {}),
  };
}

async function mountPoint(mount: MountPoint, volume: MakeVolume): Promise<ContainerMount> {
  const { Type: type = "", Source: source = "", Target: target = "", ReadOnly: readOnly = false } = mount;
  checkMountPoint(mount, type);
  const destination = cleanDestination(target, type);
  const readWrite = !readOnly;
  if (type === "tmpfs")
    return { type, source: "", destination, ...plain, readWrite, tmpfsOptions: tmpfsOptionsOfMount(mount) };
  if (type === "volume") {
    const { NoCopy, DriverConfig, Labels } = mount.VolumeOptions ?? {};
    if (Object.keys(DriverConfig?.Options ?? {}).length > 0) throw notBuilt("a volume with driver options");
    const made = await volume(source, DriverConfig?.Name, Labels);
    const mode = source === "" ? "" : "z";
    return { type, ...made, destination, ...plain, mode, readWrite, ...(NoCopy ? { noCopy: true as const } : {}) };
  }
  const { Propagation, NonRecursive, CreateMountpoint } = mount.BindOptions ?? {};
  return {
    type: "bind",
    source: cleanPath(source),
    destination,
    mode: "",
    readWrite,
    propagation: Propagation ?? "",
    ...(NonRecursive ? { nonRecursive: true as const } : {}),
    ...(CreateMountpoint ? { createSource: true as const } : {}),
  };
}

/** docker's checks of `--mount`, in its order. */
function checkMountPoint(mount: MountPoint, type: string): void {
  const fail = (reason: string) => invalidOption(`invalid mount config for type "${type}": ${reason}`);
  if (type !== "bind" && type !== "volume" && type !== "tmpfs") throw fail("mount type unknown");
  if ((mount.Target ?? "") === "") throw fail("field Target must not be empty");
  const options = {
    BindOptions: "bind",
    VolumeOptions: "volume",
    TmpfsOptions: "tmpfs",
    ImageOptions: "image",
  } as const;
  for (const name of Object.keys(options) as (keyof typeof options)[])
    if (mount[name] && options[name] !== type)
      throw invalidOption(`${name} must not be specified on mount type "${type}"`);
  const source = mount.Source ?? "";
  if (type === "tmpfs" && source !== "") throw fail("field Source must not be specified");
  if (type === "volume" && (mount.VolumeOptions?.Subpath ?? "") !== "") throw notBuilt("a subpath of a volume");
  if (type !== "bind") return;
  if (source === "") throw fail("field Source must not be empty");
  if (!source.startsWith("/")) throw fail(`invalid mount path: '${source}' mount path must be absolute`);
  const propagation = mount.BindOptions?.Propagation ?? "";
  if (propagation !== "" && !isPropagation(propagation)) throw fail(`invalid propagation mode: ${propagation}`);
  if (!mount.BindOptions?.CreateMountpoint && !exists(source)) throw fail(`bind source path does not exist: ${source}`);
}

function tmpfs(path: string, options: string): ContainerMount {
  if (!path.startsWith("/")) throw invalidOption(`invalid mount path: '${path}' mount path must be absolute`);
  const destination = cleanDestination(path, "tmpfs");
  return { type: "tmpfs", source: "", destination, ...plain, tmpfsOptions: tmpfsOptionsOf(options), hidden: true };
}

/** "CONTAINER" or "CONTAINER:ro": that container's binds and volumes. */
function volumesFrom(containers: ContainerDeps["containers"], text: string): ContainerMount[] {
  const [ref = "", mode = "rw"] = text.split(":");
  if (mode !== "ro" && mode !== "rw" && mode !== "z" && mode !== "Z") throw invalidOption(`invalid mode: ${mode}`);
  return otherContainer(containers, ref)
    .mounts.filter(({ type }) => type !== "tmpfs")
    .map((mount) => ({ ...mount, readWrite: mount.readWrite && mode !== "ro" }));
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
