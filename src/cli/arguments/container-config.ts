import type { ContainerCreate, HostConfig } from "#api/types/container.ts";
import type { FlagValues } from "#formats/flags/parse-flags.ts";
import { parseIp } from "#formats/ip-address/ip-address.ts";
import { CommandError, FlagValueError } from "../command.ts";
import { capabilityChanges } from "./capabilities.ts";
import { checkValues } from "./checked-values.ts";
import type { containerFlags } from "./container-flags.ts";
import { readEnvironment, readLabels } from "./environment-files.ts";
import {
  parseDevice,
  parseGpus,
  parseLogOptions,
  parseRestartPolicy,
  parseThrottle,
  parseUlimit,
  readSecurityOptions,
} from "./host-options.ts";
import { parseMount } from "./mounts.ts";
import { parseNetworks } from "./networks.ts";
import { parsePorts } from "./ports.ts";
import { parseSwap } from "./swap.ts";

export type ContainerFlags = FlagValues<typeof containerFlags>;
type Draft<T> = { -readonly [K in keyof T]: T[K] };

const bad = (message: string) => new CommandError(125, message);

/** The body of POST /containers/create for the flags of `run` and `create`. */
export function containerBody(
  flags: ContainerFlags,
  given: ReadonlySet<string>,
  [image, ...command]: readonly string[],
  detached: boolean,
): ContainerCreate {
  checkValues(flags);
  const { exposed, bindings } = parsePorts(flags.publish, flags.expose);
  const attach = attachedStreams(flags, detached);
  const { mode, endpoints } = parseNetworks(flags);
  const { binds, anonymous } = splitVolumes(flags.volume);
  const health = healthcheck(flags);
  const body: Draft<ContainerCreate> = {
    Hostname: flags.hostname ?? "",
    Domainname: flags.domainname ?? "",
    User: flags.user ?? "",
    AttachStdin: attach.has("stdin"),
    AttachStdout: attach.has("stdout"),
    AttachStderr: attach.has("stderr"),
    ExposedPorts: exposed,
    Tty: flags.tty,
    OpenStdin: flags.interactive,
    StdinOnce: flags.interactive && attach.has("stdin"),
    Env: readEnvironment(flags["env-file"], flags.env),
    Image: image,
    Volumes: anonymous,
    WorkingDir: flags.workdir ?? "",
    Labels: readLabels(flags["label-file"], flags.label),
    HostConfig: hostConfig(flags, given, { mode, bindings, binds }),
    NetworkingConfig: { EndpointsConfig: endpoints },
  };
  if (command.length > 0) body.Cmd = command;
  if (flags.entrypoint !== undefined) body.Entrypoint = [flags.entrypoint];
  if (health) body.Healthcheck = health;
  if (flags["stop-signal"] !== undefined) body.StopSignal = flags["stop-signal"];
  if (flags["stop-timeout"] !== undefined) body.StopTimeout = flags["stop-timeout"];
  return body;
}

/** Which streams to attach: those named, or in the foreground output and, when wanted, stdin. */
function attachedStreams(flags: ContainerFlags, detached: boolean): ReadonlySet<string> {
  const named = new Set(flags.attach.map((stream) => stream.toLowerCase()));
  for (const stream of named)
    if (!["stdin", "stdout", "stderr"].includes(stream))
      throw new FlagValueError(stream, "-a, --attach", "valid streams are STDIN, STDOUT and STDERR");
  if (detached) return new Set();
  if (named.size > 0) return named;
  return new Set(["stdout", "stderr", ...(flags.interactive ? ["stdin"] : [])]);
}

/** `src:dst[:opts]` are binds, a path alone is an anonymous volume. */
function splitVolumes(volumes: readonly string[]): {
  binds: string[];
  anonymous: Record<string, Record<never, never>>;
} {
  const binds: string[] = [];
  const anonymous: Record<string, Record<never, never>> = {};
  for (const volume of volumes) {
    const [source, ...rest] = volume.split(":");
    if (rest.length === 0) anonymous[source!] = {};
    else binds.push(source!.startsWith(".") ? [absolute(source!), ...rest].join(":") : volume);
  }
  return { binds, anonymous };
}

const absolute = (path: string) => new URL(path, `file://${process.cwd()}/`).pathname.replace(/(.)\/$/, "$1");

function healthcheck(flags: ContainerFlags): ContainerCreate["Healthcheck"] {
  const set =
    flags["health-cmd"] !== undefined ||
    flags["health-interval"] !== undefined ||
    flags["health-retries"] !== undefined ||
    flags["health-timeout"] !== undefined ||
    flags["health-start-period"] !== undefined ||
    flags["health-start-interval"] !== undefined;
  if (flags["no-healthcheck"]) {
    if (set) throw bad("--no-healthcheck conflicts with --health-* options");
    return { Test: ["NONE"] };
  }
  if (!set) return undefined;
  for (const name of ["health-interval", "health-timeout", "health-start-period"] as const)
    if ((flags[name] ?? 0) < 0) throw bad(`--${name} cannot be negative`);
  return {
    Test: flags["health-cmd"] === undefined ? undefined : ["CMD-SHELL", flags["health-cmd"]],
    Interval: flags["health-interval"],
    Timeout: flags["health-timeout"],
    StartPeriod: flags["health-start-period"],
    StartInterval: flags["health-start-interval"],
    Retries: flags["health-retries"],
  };
}

interface Placement {
  readonly mode: string;
  readonly bindings: HostConfig["PortBindings"];
  readonly binds: readonly string[];
}

function hostConfig(
  flags: ContainerFlags,
  given: ReadonlySet<string>,
  { mode, bindings, binds }: Placement,
): HostConfig {
  const restart = parseRestartPolicy(flags.restart ?? "no");
  if (flags.rm && restart.Name !== "no" && restart.Name !== "")
    throw bad("conflicting options: cannot specify both --restart and --rm");
  return {
    ...limits(flags),
    Binds: binds.length > 0 ? [...new Set(binds)] : undefined,
    ContainerIDFile: flags.cidfile ?? "",
    LogConfig: { Type: flags["log-driver"] ?? "", Config: parseLogOptions(flags["log-driver"], flags["log-opt"]) },
    NetworkMode: mode,
    PortBindings: bindings,
    RestartPolicy: restart,
    AutoRemove: flags.rm,
    VolumeDriver: flags["volume-driver"] ?? "",
    VolumesFrom: flags["volumes-from"],
    Mounts: flags.mount.length > 0 ? flags.mount.map(parseMount) : undefined,
    ConsoleSize: flags.tty && process.stdout.isTTY ? [process.stdout.rows, process.stdout.columns] : [0, 0],
    Annotations: given.has("annotation") ? flags.annotation : undefined,
    ...capabilityChanges(flags["cap-add"], flags["cap-drop"]),
    CgroupnsMode: flags.cgroupns ?? "",
    Dns: flags.dns,
    DnsOptions: flags["dns-option"],
    DnsSearch: flags["dns-search"],
    ExtraHosts: flags["add-host"].map(extraHost),
    GroupAdd: flags["group-add"],
    IpcMode: flags.ipc ?? "",
    Cgroup: "",
    Links: flags.link,
    OomScoreAdj: flags["oom-score-adj"] ?? 0,
    PidMode: flags.pid ?? "",
    Privileged: flags.privileged,
    PublishAllPorts: flags["publish-all"],
    ReadonlyRootfs: flags["read-only"],
    SecurityOpt: readSecurityOptions(flags["security-opt"]),
    StorageOpt: flags["storage-opt"].length > 0 ? readLabels([], flags["storage-opt"]) : undefined,
    Tmpfs: flags.tmpfs.length > 0 ? Object.fromEntries(flags.tmpfs.map(tmpfsEntry)) : undefined,
    UTSMode: flags.uts ?? "",
    UsernsMode: flags.userns ?? "",
    ShmSize: flags["shm-size"] ?? 0,
    Sysctls: given.has("sysctl") ? flags.sysctl : undefined,
    Runtime: flags.runtime ?? "",
    Isolation: flags.isolation ?? "",
    Init: given.has("init") ? flags.init : undefined,
  };
}

function extraHost(text: string): string {
  const match = /^([^:=]+)[:=](.+)$/.exec(text);
  if (!match) throw new FlagValueError(text, "--add-host", `bad format for add-host: ${JSON.stringify(text)}`);
  const address = match[2]!.replace(/^\[|\]$/g, "");
  if (address !== "host-gateway" && !parseIp(address))
    throw new FlagValueError(text, "--add-host", `invalid IP address in add-host: ${JSON.stringify(address)}`);
  return `${match[1]}:${address}`;
}

const tmpfsEntry = (text: string): [string, string] => {
  const colon = text.indexOf(":");
  return colon === -1 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
};

function limits(flags: ContainerFlags): HostConfig {
  return {
    CpuShares: flags["cpu-shares"] ?? 0,
    Memory: flags.memory ?? 0,
    NanoCpus: flags.cpus ?? 0,
    CgroupParent: flags["cgroup-parent"] ?? "",
    BlkioWeight: flags["blkio-weight"] ?? 0,
    BlkioWeightDevice: flags["blkio-weight-device"].map((text) => {
      const { path, rate } = parseThrottle(text, "blkio-weight-device");
      return { Path: path, Weight: rate };
    }),
    BlkioDeviceReadBps: throttles(flags, "device-read-bps"),
    BlkioDeviceWriteBps: throttles(flags, "device-write-bps"),
    BlkioDeviceReadIOps: throttles(flags, "device-read-iops"),
    BlkioDeviceWriteIOps: throttles(flags, "device-write-iops"),
    CpuPeriod: flags["cpu-period"] ?? 0,
    CpuQuota: flags["cpu-quota"] ?? 0,
    CpuRealtimePeriod: flags["cpu-rt-period"] ?? 0,
    CpuRealtimeRuntime: flags["cpu-rt-runtime"] ?? 0,
    CpusetCpus: flags["cpuset-cpus"] ?? "",
    CpusetMems: flags["cpuset-mems"] ?? "",
    Devices: flags.device.map(parseDevice),
    DeviceCgroupRules: flags["device-cgroup-rule"],
    DeviceRequests: flags.gpus === undefined ? undefined : [parseGpus(flags.gpus)],
    MemoryReservation: flags["memory-reservation"] ?? 0,
    MemorySwap: parseSwap(flags["memory-swap"]),
    MemorySwappiness: flags["memory-swappiness"],
    OomKillDisable: flags["oom-kill-disable"],
    PidsLimit: flags["pids-limit"] ?? 0,
    Ulimits: flags.ulimit.map(parseUlimit).sort((a, b) => (a.Name < b.Name ? -1 : 1)),
  };
}

function throttles(
  flags: ContainerFlags,
  name: "device-read-bps" | "device-write-bps" | "device-read-iops" | "device-write-iops",
) {
  return flags[name].map((text) => {
    const { path, rate } = parseThrottle(text, name);
    return { Path: path, Rate: rate };
  });
}
