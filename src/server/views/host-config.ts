import type { HostConfig } from "#api/types/container.ts";

/** The host configuration as inspect shows it: every field there is, null for lists that nobody gave. */
export function hostConfigView(config: HostConfig): Record<string, unknown> {
  return {
    Binds: config.Binds ?? null,
    ContainerIDFile: config.ContainerIDFile ?? "",
    LogConfig: { Type: config.LogConfig?.Type ?? "", Config: config.LogConfig?.Config ?? {} },
    NetworkMode: config.NetworkMode ?? "",
    PortBindings: portBindings(config.PortBindings),
    RestartPolicy: {
      Name: config.RestartPolicy?.Name ?? "no",
      MaximumRetryCount: config.RestartPolicy?.MaximumRetryCount ?? 0,
    },
    AutoRemove: config.AutoRemove ?? false,
    VolumeDriver: config.VolumeDriver ?? "",
    VolumesFrom: config.VolumesFrom ?? null,
    ConsoleSize: config.ConsoleSize ?? [0, 0],
    ...someEntries("Annotations", config.Annotations),
    CapAdd: config.CapAdd ?? null,
    CapDrop: config.CapDrop ?? null,
    CgroupnsMode: config.CgroupnsMode ?? "",
    Dns: config.Dns ?? null,
    DnsOptions: config.DnsOptions ?? null,
    DnsSearch: config.DnsSearch ?? null,
    ExtraHosts: config.ExtraHosts ?? null,
    GroupAdd: config.GroupAdd ?? null,
    IpcMode: config.IpcMode ?? "",
    Cgroup: config.Cgroup ?? "",
    Links: config.Links ?? null,
    OomScoreAdj: config.OomScoreAdj ?? 0,
    PidMode: config.PidMode ?? "",
    Privileged: config.Privileged ?? false,
    PublishAllPorts: config.PublishAllPorts ?? false,
    ReadonlyRootfs: config.ReadonlyRootfs ?? false,
    SecurityOpt: config.SecurityOpt ?? null,
    ...someEntries("StorageOpt", config.StorageOpt),
    ...someEntries("Tmpfs", config.Tmpfs),
    UTSMode: config.UTSMode ?? "",
    UsernsMode: config.UsernsMode ?? "",
    ShmSize: config.ShmSize ?? 0,
    ...someEntries("Sysctls", config.Sysctls),
    Runtime: config.Runtime ?? "",
    Isolation: config.Isolation ?? "",
    ...limits(config),
    ...(config.Mounts && config.Mounts.length > 0 ? { Mounts: config.Mounts } : {}),
    MaskedPaths: config.MaskedPaths ?? null,
    ReadonlyPaths: config.ReadonlyPaths ?? null,
    ...(config.Init === undefined ? {} : { Init: config.Init }),
  };
}

function limits(config: HostConfig): Record<string, unknown> {
  return {
    CpuShares: config.CpuShares ?? 0,
    Memory: config.Memory ?? 0,
    NanoCpus: config.NanoCpus ?? 0,
    CgroupParent: config.CgroupParent ?? "",
    BlkioWeight: config.BlkioWeight ?? 0,
    BlkioWeightDevice: config.BlkioWeightDevice ?? null,
    BlkioDeviceReadBps: config.BlkioDeviceReadBps ?? null,
    BlkioDeviceWriteBps: config.BlkioDeviceWriteBps ?? null,
    BlkioDeviceReadIOps: config.BlkioDeviceReadIOps ?? null,
    BlkioDeviceWriteIOps: config.BlkioDeviceWriteIOps ?? null,
    CpuPeriod: config.CpuPeriod ?? 0,
    CpuQuota: config.CpuQuota ?? 0,
    CpuRealtimePeriod: config.CpuRealtimePeriod ?? 0,
    CpuRealtimeRuntime: config.CpuRealtimeRuntime ?? 0,
    CpusetCpus: config.CpusetCpus ?? "",
    CpusetMems: config.CpusetMems ?? "",
    Devices: config.Devices ?? null,
    DeviceCgroupRules: config.DeviceCgroupRules ?? null,
    DeviceRequests: config.DeviceRequests ?? null,
    MemoryReservation: config.MemoryReservation ?? 0,
    MemorySwap: config.MemorySwap ?? 0,
    MemorySwappiness: config.MemorySwappiness ?? null,
    OomKillDisable: config.OomKillDisable ?? false,
    PidsLimit: (config.PidsLimit ?? 0) > 0 ? config.PidsLimit : null,
    Ulimits: config.Ulimits ?? null,
    CpuCount: config.CpuCount ?? 0,
    CpuPercent: config.CpuPercent ?? 0,
    IOMaximumIOps: config.IOMaximumIOps ?? 0,
    IOMaximumBandwidth: config.IOMaximumBandwidth ?? 0,
  };
}

function portBindings(bindings: HostConfig["PortBindings"]): Record<string, unknown> | null {
  if (!bindings) return null;
  return Object.fromEntries(
    Object.entries(bindings).map(([port, list]) => [
      port,
      list.map(({ HostIp, HostPort }) => ({ HostIp: HostIp ?? "", HostPort: HostPort ?? "" })),
    ]),
  );
}

/** Left out when there is nothing in it. */
function someEntries(name: string, entries: Readonly<Record<string, string>> | undefined): Record<string, unknown> {
  return entries && Object.keys(entries).length > 0 ? { [name]: entries } : {};
}
