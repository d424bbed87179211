import type { EventMessage, Info, Version } from "#api/types/system.ts";
import { atLeast, maxApiVersion, minApiVersion } from "#api/version.ts";
import type { EngineEvent } from "#engine/events/events-service.ts";
import type { SystemInfo, VersionFacts } from "#engine/system/system-service.ts";

export function versionView({ build, architecture, kernelVersion, parts }: VersionFacts): Version {
  const engine = {
    ApiVersion: maxApiVersion,
    MinAPIVersion: minApiVersion,
    GitCommit: build.commit,
    GoVersion: build.runtime,
    Os: "linux",
    Arch: architecture,
    KernelVersion: kernelVersion,
    BuildTime: build.time,
  };
  return {
    Platform: { Name: "wherry" },
    Components: [
      { Name: "Engine", Version: build.version, Details: { ...engine, Experimental: "false" } },
      ...parts.map(({ name, version }) => ({ Name: name, Version: version, Details: { GitCommit: "" } })),
    ],
    Version: build.version,
    ...engine,
  };
}

/** GET /info: all of docker's fields, those included that only older versions have. */
export function infoView(info: SystemInfo, version: string): Info {
  const { containers, host, settings } = info;
  return {
    ID: info.id,
    Containers: containers.running + containers.paused + containers.stopped,
    ContainersRunning: containers.running,
    ContainersPaused: containers.paused,
    ContainersStopped: containers.stopped,
    Images: info.images,
    Driver: info.storage.name,
    DriverStatus: info.storage.status,
    Plugins: { Volume: ["local"], Network: info.networkDrivers, Authorization: null, Log: info.logDrivers },
    ...limitsView(info, version),
    IPv4Forwarding: host.ipv4Forwarding,
    Debug: settings.debug,
    NFd: info.openFiles,
    NGoroutines: 1,
    SystemTime: info.now.toISOString(),
    LoggingDriver: info.logDriver,
    CgroupDriver: info.cgroup.driver,
    ...(atLeast(version, "1.41") ? { CgroupVersion: String(info.cgroup.version) } : {}),
    NEventsListener: info.eventListeners,
    KernelVersion: host.kernelVersion,
    OperatingSystem: host.operatingSystem,
    ...(atLeast(version, "1.39") ? { OSVersion: host.osVersion } : {}),
    OSType: "linux",
    Architecture: host.machine,
    IndexServerAddress: "https://index.docker.io/v1/",
    RegistryConfig: registryView(settings.registry, version),
    NCPU: host.cpus,
    MemTotal: host.memoryBytes,
    GenericResources: null,
    DockerRootDir: info.dataRoot,
    HttpProxy: host.proxies.http,
    HttpsProxy: host.proxies.https,
    NoProxy: host.proxies.none,
    Name: host.name,
    Labels: settings.labels,
    ExperimentalBuild: false,
    ServerVersion: info.version,
    Runtimes: Object.fromEntries(Object.entries(info.runtimes).map(([name, path]) => [name, { path }])),
    DefaultRuntime: settings.defaultRuntime,
    Swarm: {
      NodeID: "",
      NodeAddr: "",
      LocalNodeState: "inactive",
      ControlAvailable: false,
      Error: "",
      RemoteManagers: null,
    },
    LiveRestoreEnabled: settings.liveRestore,
    Isolation: "",
    InitBinary: info.initBinary,
    ContainerdCommit: commitView("", version),
    RuncCommit: commitView(info.runtimeVersion, version),
    InitCommit: commitView("", version),
    SecurityOptions: atLeast(version, "1.25") ? ["name=seccomp,profile=builtin"] : ["seccomp"],
    ...(atLeast(version, "1.49") ? { FirewallBackend: { Driver: info.firewall } } : {}),
    ...(atLeast(version, "1.46") ? { CDISpecDirs: [] } : {}),
    ...(atLeast(version, "1.50") ? { DiscoveredDevices: null } : {}),
    Warnings: info.warnings.length === 0 ? null : info.warnings,
  };
}

function limitsView({ host: { limits } }: SystemInfo, version: string): Record<string, boolean> {
  return {
    MemoryLimit: limits.memory,
    SwapLimit: limits.swap,
    ...(atLeast(version, "1.42") ? {} : { KernelMemory: limits.memory }),
    ...(atLeast(version, "1.52") ? {} : { KernelMemoryTCP: limits.memory }),
    CpuCfsPeriod: limits.cpuCfs,
    CpuCfsQuota: limits.cpuCfs,
    CPUShares: limits.cpuShares,
    CPUSet: limits.cpuset,
    PidsLimit: limits.pids,
    OomKillDisable: limits.oomKillDisable,
    ...(atLeast(version, "1.50") ? {} : { BridgeNfIptables: false, BridgeNfIp6tables: false }),
  };
}

function registryView({ insecure, mirrors }: SystemInfo["settings"]["registry"], version: string): object {
  const cidrs = insecure.filter((entry) => entry.includes("/"));
  const hosts = insecure.filter((entry) => !entry.includes("/"));
  const index = (name: string, official: boolean) => ({
    Name: name,
    Mirrors: official ? mirrors : [],
    Secure: official,
    Official: official,
  });
  return {
    ...(atLeast(version, "1.49")
      ? {}
      : { AllowNondistributableArtifactsCIDRs: null, AllowNondistributableArtifactsHostnames: null }),
    InsecureRegistryCIDRs: ["::1/128", "127.0.0.0/8", ...cidrs],
    IndexConfigs: {
      "docker.io": index("docker.io", true),
      ...Object.fromEntries(hosts.map((host) => [host, index(host, false)])),
    },
    Mirrors: mirrors.length === 0 ? null : mirrors,
  };
}

const commitView = (id: string, version: string): object =>
  atLeast(version, "1.49") ? { ID: id } : { ID: id, Expected: id };

/** An event as a line of JSON; below 1.52 containers and images have their older names as well. */
export function eventText(event: EngineEvent, version: string): string {
  const { type, action, id, attributes, timeNano } = event;
  const legacy =
    atLeast(version, "1.52") || (type !== "container" && type !== "image")
      ? {}
      : { status: action, id, ...(type === "container" ? { from: attributes["image"] ?? "" } : {}) };
  const message: Omit<EventMessage, "timeNano"> = {
    ...legacy,
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: attributes },
    scope: "local",
    time: Number(timeNano / 1_000_000_000n),
  };
  // Nanoseconds since 1970 do not fit a number.
  return `${JSON.stringify(message).slice(0, -1)},"timeNano":${timeNano}}`;
}
