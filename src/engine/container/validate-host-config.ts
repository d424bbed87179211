import type { HostConfig, RestartPolicy } from "#api/types/container.ts";
import { capabilityNames } from "./capability-names.ts";
import { invalidOption, notBuilt } from "./container-errors.ts";
import { parseSecurityOptions } from "./security-options.ts";

const sixMegabytes = 6 * 1024 * 1024;

/** docker's checks of a host configuration, in docker's words. What this engine does not do yet is refused, never ignored. */
export function validateHostConfig(hostConfig: HostConfig, cpuCount: number, runtimes: readonly string[]): void {
  validateRestartPolicy(hostConfig.RestartPolicy, hostConfig.AutoRemove ?? false);
  validateMemory(hostConfig);
  validateCpu(hostConfig, cpuCount);
  validateModes(hostConfig);
  validateCapabilities("CapAdd", hostConfig.CapAdd);
  validateCapabilities("CapDrop", hostConfig.CapDrop);
  parseSecurityOptions(hostConfig.SecurityOpt ?? []);
  const adjust = hostConfig.OomScoreAdj ?? 0;
  if (adjust < -1000 || adjust > 1000)
    throw invalidOption(`Invalid value ${adjust}, range for oom score adj is [-1000, 1000]`);
  if ((hostConfig.ShmSize ?? 0) < 0) throw invalidOption("SHM size can not be less than 0");
  const runtime = hostConfig.Runtime ?? "";
  if (runtime !== "" && !runtimes.includes(runtime)) throw invalidOption(`unknown or invalid runtime name: ${runtime}`);
  for (const entry of hostConfig.ExtraHosts ?? [])
    if (!/^[^:]+:.+$/.test(entry)) throw invalidOption(`bad format for add-host: ${JSON.stringify(entry)}`);
  refuseUnbuilt(hostConfig);
}

export function validateRestartPolicy(policy: RestartPolicy | undefined, autoRemove: boolean): void {
  const { Name: name = "", MaximumRetryCount: count = 0 } = policy ?? {};
  const fail = (reason: string) => invalidOption(`invalid restart policy: ${reason}`);
  if (!["", "no", "always", "on-failure", "unless-stopped"].includes(name))
    throw fail(`unknown policy '${name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`);
  if (name !== "on-failure" && count !== 0) throw fail("maximum retry count can only be used with 'on-failure'");
  if (count < 0) throw fail("maximum retry count cannot be negative");
  if (autoRemove && name !== "" && name !== "no")
    throw invalidOption("can't create 'AutoRemove' container with restart policy");
}

/** Also for updates. */
export function validateMemory(hostConfig: HostConfig): void {
  const {
    Memory: memory = 0,
    MemorySwap: swap = 0,
    MemoryReservation: reservation = 0,
    MemorySwappiness: swappiness,
  } = hostConfig;
  if (memory !== 0 && memory < sixMegabytes) throw invalidOption("Minimum memory limit allowed is 6MB");
  if (memory > 0 && swap > 0 && swap < memory)
    throw invalidOption("Minimum memoryswap limit should be larger than memory limit, see usage");
  if (memory === 0 && swap > 0)
    throw invalidOption("You should always set the Memory limit when using Memoryswap limit, see usage");
  if (swappiness !== undefined && swappiness !== -1 && (swappiness < 0 || swappiness > 100))
    throw invalidOption(`Invalid value: ${swappiness}, valid memory swappiness range is 0-100`);
  if (reservation > 0 && reservation < sixMegabytes) throw invalidOption("Minimum memory reservation allowed is 6MB");
  if (memory > 0 && reservation > 0 && memory < reservation)
    throw invalidOption("Minimum memory limit can not be less than memory reservation limit, see usage");
}

export function validateCpu(hostConfig: HostConfig, cpuCount: number): void {
  const { NanoCpus: nano = 0, CpuPeriod: period = 0, CpuQuota: quota = 0, CpuShares: shares = 0 } = hostConfig;
  if (nano > 0 && period > 0) throw invalidOption("Conflicting options: Nano CPUs and CPU Period cannot both be set");
  if (nano > 0 && quota > 0) throw invalidOption("Conflicting options: Nano CPUs and CPU Quota cannot both be set");
  if (nano < 0 || nano > cpuCount * 1e9)
    throw invalidOption(`range of CPUs is from 0.01 to ${cpuCount}.00, as there are only ${cpuCount} CPUs available`);
  if (shares < 0) throw invalidOption(`invalid CPU shares (${shares}): value must be a positive integer`);
  if (period !== 0 && (period < 1000 || period > 1_000_000))
    throw invalidOption("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
  if (quota > 0 && quota < 1000) throw invalidOption("CPU cfs quota can not be less than 1ms (i.e. 1000)");
  validateCpuset("CPUs", "cpuset cpus", hostConfig.CpusetCpus ?? "", cpuCount);
}

/** "0-2,4": numbers that exist here. */
function validateCpuset(noun: string, option: string, text: string, count: number): void {
  if (text === "") return;
  for (const part of text.split(",")) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (!match || last < first) throw invalidOption(`Invalid value ${text} for ${option}: invalid format: ${part}`);
    if (last >= count) {
      const available = count === 1 ? "0" : `0-${count - 1}`;
      throw invalidOption(`Requested ${noun} are not available - requested ${text}, available: ${available}`);
    }
  }
}

const isOneOf = (text: string, ...names: string[]) => names.includes(text);

function validateModes(hostConfig: HostConfig): void {
  const { IpcMode = "", PidMode = "", UTSMode = "", UsernsMode = "", CgroupnsMode = "", NetworkMode = "" } = hostConfig;
  const container = /^container:.+$/;
  if (!isOneOf(IpcMode, "", "none", "private", "shareable", "host") && !container.test(IpcMode))
    throw invalidOption(`invalid IPC mode: ${IpcMode}`);
  if (!isOneOf(PidMode, "", "host", "private") && !container.test(PidMode))
    throw invalidOption(`invalid PID mode: ${PidMode}`);
  if (!isOneOf(UTSMode, "", "host")) throw invalidOption(`invalid UTS mode: ${UTSMode}`);
  if (!isOneOf(UsernsMode, "", "host")) throw invalidOption(`invalid userns mode: ${UsernsMode}`);
  if (!isOneOf(CgroupnsMode, "", "host", "private"))
    throw invalidOption(`invalid cgroup namespace mode: ${CgroupnsMode}`);
  if (NetworkMode === "container:")
    throw invalidOption("invalid network mode: invalid container format container:<name|id>");
  if (!isOneOf(hostConfig.Isolation ?? "", "", "default"))
    throw invalidOption(`invalid isolation '${hostConfig.Isolation}': linux supports only the default`);
}

function validateCapabilities(option: string, names: readonly string[] | undefined): void {
  for (const name of names ?? []) {
    const upper = name.toUpperCase().replace(/^CAP_/, "");
    if (upper !== "ALL" && !capabilityNames.has(upper))
      throw invalidOption(`invalid ${option}: unknown capability: ${JSON.stringify(`CAP_${upper}`)}`);
  }
}

function refuseUnbuilt(hostConfig: HostConfig): void {
  const isSet = (value: unknown) =>
    Array.isArray(value)
      ? value.length > 0
      : typeof value === "object" && value !== null
        ? Object.keys(value).length > 0
        : Boolean(value);
  const unbuilt = [
    ["Links", "--link"],
    ["DeviceRequests", "--gpus"],
    ["DeviceCgroupRules", "--device-cgroup-rule"],
    ["StorageOpt", "--storage-opt"],
    ["BlkioWeightDevice", "--blkio-weight-device"],
    ["BlkioDeviceReadBps", "--device-read-bps"],
    ["BlkioDeviceWriteBps", "--device-write-bps"],
    ["BlkioDeviceReadIOps", "--device-read-iops"],
    ["BlkioDeviceWriteIOps", "--device-write-iops"],
    ["CpuRealtimePeriod", "--cpu-rt-period"],
    ["CpuRealtimeRuntime", "--cpu-rt-runtime"],
    ["KernelMemory", "--kernel-memory"],
    ["Cgroup", "Cgroup"],
  ] as const;
  for (const [field, option] of unbuilt) if (isSet(hostConfig[field])) throw notBuilt(option);
}
