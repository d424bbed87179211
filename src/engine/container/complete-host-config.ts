import type { HostConfig } from "#api/types/container.ts";
import type { ContainerDefaults } from "./container-deps.ts";

/** Hidden from containers that are not privileged. */
export const defaultMaskedPaths: readonly string[] = [
  "/proc/asound",
  "/proc/acpi",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
  "/sys/devices/virtual/powercap",
];
export const defaultReadonlyPaths: readonly string[] = [
  "/proc/bus",
  "/proc/fs",
  "/proc/irq",
  "/proc/sys",
  "/proc/sysrq-trigger",
];

/** What the user asked for, with the daemon's word wherever the user said nothing. */
export function completeHostConfig(asked: HostConfig, defaults: ContainerDefaults, defaultNetwork: string): HostConfig {
  const memory = asked.Memory ?? 0;
  const privileged = asked.Privileged ?? false;
  const logDriver = asked.LogConfig?.Type || defaults.logDriver;
  const ownLogOptions = asked.LogConfig?.Config ?? {};
  return {
    ...asked,
    NetworkMode: isDefaultNetwork(asked.NetworkMode) ? defaultNetwork : asked.NetworkMode,
    LogConfig: {
      Type: logDriver,
      // The daemon's options are for the daemon's driver.
      Config: logDriver === defaults.logDriver ? { ...defaults.logOptions, ...ownLogOptions } : ownLogOptions,
    },
    RestartPolicy: {
      Name: asked.RestartPolicy?.Name || "no",
      MaximumRetryCount: asked.RestartPolicy?.MaximumRetryCount ?? 0,
    },
    CgroupnsMode: asked.CgroupnsMode || defaults.cgroupNamespaceMode,
    IpcMode: asked.IpcMode || defaults.ipcMode,
    ShmSize: asked.ShmSize || defaults.shmSizeBytes,
    Runtime: asked.Runtime || defaults.runtime,
    OomKillDisable: asked.OomKillDisable ?? false,
    // Twice the memory, unless the user said otherwise: as much swap as memory.
    MemorySwap: memory > 0 && !asked.MemorySwap ? memory * 2 : asked.MemorySwap,
    // -1 is how old clients say "not set".
    MemorySwappiness: asked.MemorySwappiness === -1 ? undefined : asked.MemorySwappiness,
    MaskedPaths: asked.MaskedPaths ?? (privileged ? undefined : defaultMaskedPaths),
    ReadonlyPaths: asked.ReadonlyPaths ?? (privileged ? undefined : defaultReadonlyPaths),
    SecurityOpt: securityOptions(asked),
  };
}

/** What shares the host's processes or may do everything cannot be kept apart by labels, and inspect says so. */
function securityOptions({ Privileged, IpcMode, PidMode, SecurityOpt }: HostConfig): HostConfig["SecurityOpt"] {
  const isLabelled = SecurityOpt?.some((option) => option.startsWith("label"));
  if (isLabelled || !(Privileged || IpcMode === "host" || PidMode === "host")) return SecurityOpt;
  return [...(SecurityOpt ?? []), "label=disable"];
}

export const isDefaultNetwork = (mode: string | undefined): boolean =>
  mode === undefined || mode === "" || mode === "default";
