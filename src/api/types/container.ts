import { any, array, boolean, type Infer, integer, map, object, string, strings } from "../schema.ts";

/** Wire shapes of containers, Engine API 1.20–1.55. Sizes in bytes, periods in microseconds, health intervals in ns. */

const HealthConfig = object({
  Test: array(string),
  Interval: integer,
  Timeout: integer,
  StartPeriod: integer,
  StartInterval: integer,
  Retries: integer,
});

const containerConfigFields = {
  Hostname: string,
  Domainname: string,
  User: string,
  AttachStdin: boolean,
  AttachStdout: boolean,
  AttachStderr: boolean,
  ExposedPorts: map(any),
  Tty: boolean,
  OpenStdin: boolean,
  StdinOnce: boolean,
  Env: array(string),
  Cmd: strings,
  Healthcheck: HealthConfig,
  ArgsEscaped: boolean,
  Image: string,
  Volumes: map(any),
  WorkingDir: string,
  Entrypoint: strings,
  NetworkDisabled: boolean,
  MacAddress: string,
  OnBuild: array(string),
  Labels: map(string),
  StopSignal: string,
  StopTimeout: integer,
  Shell: array(string),
} as const;
export const ContainerConfig = object(containerConfigFields);
export type ContainerConfig = Infer<typeof ContainerConfig>;

const PortBinding = object({ HostIp: string, HostPort: string }, "nat.PortBinding");
export const PortMap = map(array(PortBinding));
/** `"80/tcp": [{HostIp, HostPort}]`. */
export type PortMap = Infer<typeof PortMap>;

const RestartPolicy = object({ Name: string, MaximumRetryCount: integer });
export type RestartPolicy = Infer<typeof RestartPolicy>;
const LogConfig = object({ Type: string, Config: map(string) });
const DeviceMapping = object({ PathOnHost: string, PathInContainer: string, CgroupPermissions: string });
const ThrottleDevice = object({ Path: string, Rate: integer });
const Ulimit = object({ Name: string, Soft: integer, Hard: integer });

export const MountPoint = object({
  Type: string,
  Source: string,
  Target: string,
  ReadOnly: boolean,
  Consistency: string,
  BindOptions: object({
    Propagation: string,
    NonRecursive: boolean,
    CreateMountpoint: boolean,
    ReadOnlyNonRecursive: boolean,
    ReadOnlyForceRecursive: boolean,
  }),
  VolumeOptions: object({
    NoCopy: boolean,
    Labels: map(string),
    DriverConfig: object({ Name: string, Options: map(string) }),
    Subpath: string,
  }),
  ImageOptions: object({ Subpath: string }),
  TmpfsOptions: object({ SizeBytes: integer, Mode: integer, Options: array(array(string)) }),
});
export type MountPoint = Infer<typeof MountPoint>;

const resourceFields = {
  CpuShares: integer,
  Memory: integer,
  NanoCpus: integer,
  CgroupParent: string,
  BlkioWeight: integer,
  BlkioWeightDevice: array(object({ Path: string, Weight: integer })),
  BlkioDeviceReadBps: array(ThrottleDevice),
  BlkioDeviceWriteBps: array(ThrottleDevice),
  BlkioDeviceReadIOps: array(ThrottleDevice),
  BlkioDeviceWriteIOps: array(ThrottleDevice),
  CpuPeriod: integer,
  CpuQuota: integer,
  CpuRealtimePeriod: integer,
  CpuRealtimeRuntime: integer,
  CpusetCpus: string,
  CpusetMems: string,
  Devices: array(DeviceMapping),
  DeviceCgroupRules: array(string),
  DeviceRequests: array(any),
  KernelMemory: integer,
  KernelMemoryTCP: integer,
  MemoryReservation: integer,
  MemorySwap: integer,
  MemorySwappiness: integer,
  OomKillDisable: boolean,
  PidsLimit: integer,
  Ulimits: array(Ulimit),
  CpuCount: integer,
  CpuPercent: integer,
  IOMaximumIOps: integer,
  IOMaximumBandwidth: integer,
} as const;

export const HostConfig = object(
  {
    ...resourceFields,
    Binds: array(string),
    ContainerIDFile: string,
    LogConfig,
    NetworkMode: string,
    PortBindings: PortMap,
    RestartPolicy,
    AutoRemove: boolean,
    VolumeDriver: string,
    VolumesFrom: array(string),
    Mounts: array(MountPoint),
    ConsoleSize: array(integer),
    Annotations: map(string),
    CapAdd: strings,
    CapDrop: strings,
    CgroupnsMode: string,
    Dns: array(string),
    DnsOptions: array(string),
    DnsSearch: array(string),
    ExtraHosts: array(string),
    GroupAdd: array(string),
    IpcMode: string,
    Cgroup: string,
    Links: array(string),
    OomScoreAdj: integer,
    PidMode: string,
    Privileged: boolean,
    PublishAllPorts: boolean,
    ReadonlyRootfs: boolean,
    SecurityOpt: array(string),
    StorageOpt: map(string),
    Tmpfs: map(string),
    UTSMode: string,
    UsernsMode: string,
    ShmSize: integer,
    Sysctls: map(string),
    Runtime: string,
    Isolation: string,
    MaskedPaths: array(string),
    ReadonlyPaths: array(string),
    Init: boolean,
  },
  "container.HostConfig",
);
export type HostConfig = Infer<typeof HostConfig>;

export const EndpointConfig = object({
  IPAMConfig: object({ IPv4Address: string, IPv6Address: string, LinkLocalIPs: array(string) }),
  Links: array(string),
  Aliases: array(string),
  MacAddress: string,
  DriverOpts: map(string),
  GwPriority: integer,
  NetworkID: string,
  EndpointID: string,
  Gateway: string,
  IPAddress: string,
  IPPrefixLen: integer,
  IPv6Gateway: string,
  GlobalIPv6Address: string,
  GlobalIPv6PrefixLen: integer,
  DNSNames: array(string),
});
export type EndpointConfig = Infer<typeof EndpointConfig>;
export const NetworkingConfig = object({ EndpointsConfig: map(EndpointConfig) });
export type NetworkingConfig = Infer<typeof NetworkingConfig>;

/** Body of POST /containers/create. */
export const ContainerCreate = object(
  { ...containerConfigFields, HostConfig, NetworkingConfig },
  "container.CreateRequest",
);
export type ContainerCreate = Infer<typeof ContainerCreate>;

export const ContainerUpdate = object({ ...resourceFields, RestartPolicy });
export type ContainerUpdate = Infer<typeof ContainerUpdate>;

export interface ContainerCreated {
  readonly Id: string;
  readonly Warnings: readonly string[];
}

export interface ContainerWaited {
  readonly StatusCode: number;
  readonly Error?: { readonly Message: string };
}

export interface Port {
  readonly IP?: string;
  readonly PrivatePort: number;
  readonly PublicPort?: number;
  readonly Type: string;
}

export interface EndpointSettings {
  readonly IPAMConfig: { IPv4Address?: string; IPv6Address?: string; LinkLocalIPs?: readonly string[] } | null;
  readonly Links: readonly string[] | null;
  readonly Aliases: readonly string[] | null;
  readonly MacAddress: string;
  readonly DriverOpts: Readonly<Record<string, string>> | null;
  readonly GwPriority: number;
  readonly NetworkID: string;
  readonly EndpointID: string;
  readonly Gateway: string;
  readonly IPAddress: string;
  readonly IPPrefixLen: number;
  readonly IPv6Gateway: string;
  readonly GlobalIPv6Address: string;
  readonly GlobalIPv6PrefixLen: number;
  readonly DNSNames: readonly string[] | null;
}

export interface MountSummary {
  readonly Type: string;
  readonly Name?: string;
  readonly Source: string;
  readonly Destination: string;
  readonly Driver?: string;
  readonly Mode: string;
  readonly RW: boolean;
  readonly Propagation: string;
}

/** One element of GET /containers/json. */
export interface ContainerSummary {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Image: string;
  readonly ImageID: string;
  readonly Command: string;
  readonly Created: number;
  readonly Ports: readonly Port[];
  readonly SizeRw?: number;
  readonly SizeRootFs?: number;
  readonly Labels: Readonly<Record<string, string>>;
  readonly State: string;
  readonly Status: string;
  readonly HostConfig: { readonly NetworkMode: string };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, EndpointSettings>> };
  readonly Mounts: readonly MountSummary[];
}

export interface ContainerState {
  readonly Status: string;
  readonly Running: boolean;
  readonly Paused: boolean;
  readonly Restarting: boolean;
  readonly OOMKilled: boolean;
  readonly Dead: boolean;
  readonly Pid: number;
  readonly ExitCode: number;
  readonly Error: string;
  readonly StartedAt: string;
  readonly FinishedAt: string;
  readonly Health?: { readonly Status: string; readonly FailingStreak: number; readonly Log: readonly unknown[] };
}

/** GET /containers/{id}/json. The config and host config are stored and shown whole. */
export interface ContainerInspect {
  readonly Id: string;
  readonly Created: string;
  readonly Path: string;
  readonly Args: readonly string[];
  readonly State: ContainerState;
  readonly Image: string;
  readonly ResolvConfPath: string;
  readonly HostnamePath: string;
  readonly HostsPath: string;
  readonly LogPath: string;
  readonly Name: string;
  readonly RestartCount: number;
  readonly Driver: string;
  readonly Platform: string;
  readonly MountLabel: string;
  readonly ProcessLabel: string;
  readonly AppArmorProfile: string;
  readonly ExecIDs: readonly string[] | null;
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly GraphDriver: { readonly Name: string; readonly Data: Readonly<Record<string, string>> | null };
  readonly SizeRw?: number;
  readonly SizeRootFs?: number;
  readonly Mounts: readonly MountSummary[];
  readonly Config: Readonly<Record<string, unknown>>;
  readonly NetworkSettings: Readonly<Record<string, unknown>> & {
    readonly Networks: Readonly<Record<string, EndpointSettings>>;
    readonly Ports: Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>>;
  };
}

export interface TopResult {
  readonly Titles: readonly string[];
  readonly Processes: readonly (readonly string[])[];
}

export const ExecCreate = object({
  User: string,
  Privileged: boolean,
  Tty: boolean,
  ConsoleSize: array(integer),
  AttachStdin: boolean,
  AttachStdout: boolean,
  AttachStderr: boolean,
  Detach: boolean,
  DetachKeys: string,
  Env: array(string),
  WorkingDir: string,
  Cmd: strings,
});
export type ExecCreate = Infer<typeof ExecCreate>;
export const ExecStart = object({ Detach: boolean, Tty: boolean, ConsoleSize: array(integer) });
export type ExecStart = Infer<typeof ExecStart>;

export interface ExecInspect {
  readonly ID: string;
  readonly Running: boolean;
  readonly ExitCode: number | null;
  readonly ProcessConfig: {
    readonly tty: boolean;
    readonly entrypoint: string;
    readonly arguments: readonly string[];
    readonly privileged?: boolean;
    readonly user?: string;
  };
  readonly OpenStdin: boolean;
  readonly OpenStderr: boolean;
  readonly OpenStdout: boolean;
  readonly CanRemove: boolean;
  readonly ContainerID: string;
  readonly DetachKeys: string;
  readonly Pid: number;
}
