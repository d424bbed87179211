import type { HostConfig } from "#api/types/container.ts";
import type { ContainerProcess, ProcessMount, ProcessResources } from "#drivers/runtime/runtime-driver.ts";
import type { Endpoint } from "../network/network-record.ts";
import type { ContainerDefaults, ContainerDeps } from "./container-deps.ts";
import { notJoinable, notRunning } from "./container-errors.ts";
import type { ContainerFiles } from "./container-files.ts";
import type { ContainerMount, ContainerRecord } from "./container-record.ts";
import { hasProcess } from "./container-state.ts";
import { networkPlace } from "./network-mode.ts";
import { parseSecurityOptions } from "./security-options.ts";

interface Prepared {
  readonly rootfs: string;
  readonly files: ContainerFiles;
  readonly endpoint: Endpoint | undefined;
  readonly logPath: string | undefined;
}

type Needs = Pick<ContainerDeps, "containers" | "defaults">;

/** What the runtime is told of a container: its record in the runtime's words. */
export function processSpec(deps: Needs, record: ContainerRecord, prepared: Prepared): ContainerProcess {
  const { config, hostConfig } = record;
  const { noNewPrivileges, seccomp } = parseSecurityOptions(hostConfig.SecurityOpt ?? [], deps.defaults);
  const [rows = 0, columns = 0] = hostConfig.ConsoleSize ?? [];
  const tty = config.Tty ?? false;
  return {
    id: record.id,
    name: record.name,
    rootfs: prepared.rootfs,
    readOnlyRootfs: hostConfig.ReadonlyRootfs ?? false,
    args: commandLine(record),
    env: environment(record),
    workingDir: config.WorkingDir || "/",
    user: config.User ?? "",
    groupAdd: hostConfig.GroupAdd ?? [],
    hostname: config.Hostname ?? "",
    domainname: config.Domainname ?? "",
    tty,
    ...(tty && rows > 0 && columns > 0 ? { terminalSize: { rows, columns } } : {}),
    openStdin: config.OpenStdin ?? false,
    stdinOnce: config.StdinOnce ?? false,
    mounts: processMounts(record, prepared.files),
    devices: (hostConfig.Devices ?? []).map((device) => ({
      hostPath: device.PathOnHost ?? "",
      containerPath: device.PathInContainer || (device.PathOnHost ?? ""),
      permissions: device.CgroupPermissions || "rwm",
    })),
    resources: resources(hostConfig),
    privileged: hostConfig.Privileged ?? false,
    capAdd: hostConfig.CapAdd ?? [],
    capDrop: hostConfig.CapDrop ?? [],
    seccomp,
    noNewPrivileges,
    maskedPaths: hostConfig.MaskedPaths ?? [],
    readonlyPaths: hostConfig.ReadonlyPaths ?? [],
    sysctls: hostConfig.Sysctls ?? {},
    ulimits: ulimits(hostConfig, deps.defaults),
    ...(hostConfig.OomScoreAdj ? { oomScoreAdj: hostConfig.OomScoreAdj } : {}),
    shmSizeBytes: hostConfig.ShmSize ?? deps.defaults.shmSizeBytes,
    init: hostConfig.Init ?? deps.defaults.init,
    ...(hostConfig.CgroupParent || deps.defaults.cgroupParent
      ? { cgroupParent: hostConfig.CgroupParent || deps.defaults.cgroupParent }
      : {}),
    namespaces: namespaces(deps, record, prepared.endpoint),
    ...(hostConfig.Runtime ? { runtime: hostConfig.Runtime } : {}),
    annotations: hostConfig.Annotations ?? {},
    ...(prepared.logPath === undefined ? {} : { logPath: prepared.logPath }),
  };
}

/** Program and arguments: entrypoint, then command. */
export function commandLine({ config }: Pick<ContainerRecord, "config">): readonly string[] {
  return [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
}

export const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** docker's own variables, replaced by the container's where it sets them; a name without `=` takes one away. */
export function environment({ config }: Pick<ContainerRecord, "config">): readonly string[] {
  const entries = new Map<string, string>();
  const set = (entry: string) => entries.set(entry.split("=", 1)[0]!, entry);
  set(defaultPath);
  set(`HOSTNAME=${config.Hostname ?? ""}`);
  if (config.Tty) set("TERM=xterm");
  for (const entry of config.Env ?? []) {
    if (entry.includes("=")) set(entry);
    else entries.delete(entry);
  }
  return [...entries.values()];
}

/** The engine's files first, then the user's mounts, outer ones before those inside them. */
function processMounts({ mounts, hostConfig }: ContainerRecord, files: ContainerFiles): readonly ProcessMount[] {
  const own = new Set(mounts.map(({ destination }) => destination));
  const options = ["rbind", "rprivate", hostConfig.ReadonlyRootfs ? "ro" : "rw"];
  const engine = [
    { target: "/etc/resolv.conf", source: files.resolvConf },
    { target: "/etc/hostname", source: files.hostname },
    { target: "/etc/hosts", source: files.hosts },
  ].filter(({ target }) => !own.has(target));
  const depth = (path: string) => path.split("/").length;
  const user = [...mounts].sort((a, b) => depth(a.destination) - depth(b.destination));
  return [
    ...engine.map(({ target, source }) => ({ target, source, type: "bind", options }) as const),
    ...user.map(processMount),
  ];
}

function processMount(mount: ContainerMount): ProcessMount {
  const access = mount.readWrite ? "rw" : "ro";
  if (mount.type === "tmpfs")
    return {
      target: mount.destination,
      type: "tmpfs",
      options: [...(mount.tmpfsOptions ?? []), ...(mount.readWrite ? [] : ["ro"])],
    };
  const bind = mount.nonRecursive ? "bind" : "rbind";
  const options = [bind, access, mount.propagation || "rprivate"];
  return { target: mount.destination, source: mount.source, type: "bind", options };
}

/** Limits in the terms of the runtime driver; 0 and empty mean none. */
export function resources(hostConfig: HostConfig): ProcessResources {
  const some = (value: number | undefined) => (value === undefined || value === 0 ? undefined : value);
  return {
    memoryBytes: some(hostConfig.Memory),
    memorySwapBytes: some(hostConfig.MemorySwap),
    memoryReservationBytes: some(hostConfig.MemoryReservation),
    memorySwappiness: hostConfig.MemorySwappiness,
    oomKillDisable: hostConfig.OomKillDisable || undefined,
    nanoCpus: some(hostConfig.NanoCpus),
    cpuShares: some(hostConfig.CpuShares),
    cpuPeriod: some(hostConfig.CpuPeriod),
    cpuQuota: some(hostConfig.CpuQuota),
    cpusetCpus: hostConfig.CpusetCpus || undefined,
    cpusetMems: hostConfig.CpusetMems || undefined,
    pidsLimit: (hostConfig.PidsLimit ?? 0) > 0 ? hostConfig.PidsLimit : undefined,
    blkioWeight: some(hostConfig.BlkioWeight),
  };
}

function namespaces(
  deps: Needs,
  record: ContainerRecord,
  endpoint: Endpoint | undefined,
): ContainerProcess["namespaces"] {
  const { NetworkMode = "", PidMode = "", IpcMode = "", UTSMode, CgroupnsMode } = record.hostConfig;
  const place = networkPlace(NetworkMode);
  return {
    network: endpoint
      ? { path: endpoint.sandboxPath }
      : place.kind === "container"
        ? { path: namespaceOf(deps, place.ref, "net") }
        : place.kind === "host"
          ? "host"
          : "private",
    pid:
      PidMode === "host"
        ? "host"
        : PidMode.startsWith("container:")
          ? { path: namespaceOf(deps, refOf(PidMode), "pid") }
          : "private",
    ipc:
      IpcMode === "host" || IpcMode === "none"
        ? IpcMode
        : IpcMode.startsWith("container:")
          ? { path: namespaceOf(deps, refOf(IpcMode), "ipc") }
          : "private",
    uts: UTSMode === "host" ? "host" : "private",
    cgroup: CgroupnsMode === "host" ? "host" : "private",
  };
}

const refOf = (mode: string): string => mode.slice("container:".length);

/** The namespace of another container's init; that container must run. */
function namespaceOf({ containers }: Needs, ref: string, kind: "net" | "pid" | "ipc"): string {
  const { id, name, state } = containers.get(ref);
  if (!hasProcess(state.status) || state.status === "restarting" || state.pid === 0)
    throw kind === "net" ? notJoinable(name, state.status) : notRunning(id);
  return `/proc/${state.pid}/ns/${kind}`;
}

/** The container's own limits, and the daemon's for what it does not name. */
function ulimits(hostConfig: HostConfig, defaults: ContainerDefaults): ContainerProcess["ulimits"] {
  const own = (hostConfig.Ulimits ?? []).map(({ Name = "", Soft = 0, Hard = 0 }) => ({
    name: Name,
    soft: Soft,
    hard: Hard,
  }));
  return [...own, ...defaults.ulimits.filter(({ name }) => !own.some((limit) => limit.name === name))];
}
