import { type ContainerProcess, type ExecProcess, type ProcessResources, RuntimeError } from "../runtime-driver.ts";
import { wantedCapabilities } from "./capabilities.ts";
import { containerMounts, rootfsPropagation } from "./container-mounts.ts";
import { defaultSeccompProfile } from "./default-seccomp-profile.ts";
import { defaultDeviceRules, everyDeviceRule, gatherDevices, hostDevices } from "./devices.ts";
import type { HostLimits } from "./host-limits.ts";
import type { ProcessUser } from "./lookup-user.ts";
import type { OciCapabilities, OciNamespace, OciProcess, OciResources, OciSeccomp, OciSpec } from "./oci-spec.ts";
import { parseSeccompProfile, resolveSeccompProfile } from "./seccomp-profile.ts";

export interface SpecCircumstances {
  readonly limits: HostLimits;
  readonly user: ProcessUser;
  readonly cgroupsPath: string | undefined;
  /** The host's path of the small init, when the container wants one. */
  readonly initPath: string | undefined;
  /** Told of each wish that this host cannot grant. */
  readonly warn: (message: string) => void;
}

/** Where the container finds its small init. */
const initTarget = "/sbin/docker-init";

/**
 * The runtime's configuration of a container, with docker's defaults. Throws RuntimeError ("description") when it asks
 * for a device that is not there or brings a seccomp profile that is none.
 */
export function buildSpec(process: ContainerProcess, circumstances: SpecCircumstances): OciSpec {
  const { limits, user, cgroupsPath, initPath, warn } = circumstances;
  const capabilities = grantCapabilities(wantedCapabilities(process), process.privileged, limits, warn);
  const gathered = gatherDevices(process.devices);
  const devices = process.privileged ? [...hostDevices(), ...gathered.devices] : gathered.devices;
  const withInit = process.init && initPath !== undefined && process.namespaces.pid === "private";
  const mounts = containerMounts(process);
  if (withInit) mounts.push({ destination: initTarget, type: "bind", source: initPath, options: ["bind", "ro"] });
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: process.tty,
      consoleSize: consoleSize(process),
      user: ociUser(user),
      args: withInit ? [initTarget, "--", ...process.args] : process.args,
      env: withHome(process.env, user),
      cwd: process.workingDir || "/",
      capabilities: sets(capabilities),
      rlimits: rlimits(process, limits, warn),
      noNewPrivileges: process.noNewPrivileges,
      oomScoreAdj: grantOomScore(process.oomScoreAdj, limits, warn),
    },
    root: { path: process.rootfs, readonly: process.readOnlyRootfs },
    hostname: process.namespaces.uts === "host" ? undefined : process.hostname,
    mounts,
    annotations: annotations(process, warn),
    linux: {
      cgroupsPath,
      namespaces: namespaces(process),
      devices: devices.length > 0 ? devices : undefined,
      resources: {
        ...buildResources(process.resources, limits, warn),
        devices: process.privileged ? [everyDeviceRule] : [...defaultDeviceRules, ...gathered.rules],
      },
      sysctl: sysctls(process, limits),
      seccomp: seccomp(process, new Set(capabilities), limits),
      maskedPaths: process.privileged ? undefined : process.maskedPaths,
      readonlyPaths: process.privileged ? undefined : process.readonlyPaths,
      rootfsPropagation: rootfsPropagation(process.mounts),
    },
  };
}

/** The `--process` file of an exec; limits and profile are those of its container. */
export function buildExecProcess(
  exec: ExecProcess,
  container: OciProcess,
  circumstances: SpecCircumstances,
): OciProcess {
  const { limits, user, warn } = circumstances;
  return {
    terminal: exec.tty,
    consoleSize: consoleSize(exec),
    user: ociUser(user),
    args: exec.args,
    env: withHome(exec.env, user),
    cwd: exec.workingDir || "/",
    capabilities: exec.privileged
      ? sets(grantCapabilities(wantedCapabilities({ privileged: true, capAdd: [], capDrop: [] }), true, limits, warn))
      : container.capabilities,
    rlimits: container.rlimits,
    noNewPrivileges: container.noNewPrivileges,
    oomScoreAdj: container.oomScoreAdj,
  };
}

/**
 * JSON of a configuration or a process. An endless limit is RLIM_INFINITY, which a number of JavaScript cannot hold. Throws
 * RuntimeError ("description") for text with a nul byte: to the runtime it ends there, so we would have checked another one.
 */
export function specText(spec: OciSpec | OciProcess): string {
  return JSON.stringify(spec, (_, value: unknown) => {
    if (typeof value === "string" && value.includes("\0")) throw nulError(value);
    return value === Number.POSITIVE_INFINITY ? endless : value;
  });
}

function nulError(value: string): RuntimeError {
  const message = `invalid value ${JSON.stringify(value.split("\0", 1)[0])}: contains nul byte (\\x00)`;
  return new RuntimeError(message, message, { reason: "description" });
}
// The types do not know rawJSON yet.
const endless = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON("18446744073709551615");

function grantCapabilities(
  wanted: readonly string[],
  privileged: boolean,
  limits: HostLimits,
  warn: (message: string) => void,
): readonly string[] {
  const granted = wanted.filter((name) => limits.capabilities.has(name));
  if (!privileged) {
    for (const name of wanted) if (!limits.capabilities.has(name)) warn(`the daemon lacks ${name} and cannot give it`);
  }
  return granted;
}

const sets = (names: readonly string[]): OciCapabilities => ({ bounding: names, effective: names, permitted: names });

const ociUser = ({ uid, gid, additionalGids }: ProcessUser) => ({ uid, gid, additionalGids });

function withHome(env: readonly string[], user: ProcessUser): readonly string[] {
  return env.some((entry) => entry.startsWith("HOME=")) ? env : [...env, `HOME=${user.home}`];
}

function consoleSize({ tty, terminalSize }: Pick<ContainerProcess, "tty" | "terminalSize">) {
  if (!tty || !terminalSize) return undefined;
  return { height: terminalSize.rows, width: terminalSize.columns };
}

function rlimits({ ulimits }: ContainerProcess, limits: HostLimits, warn: (message: string) => void) {
  const mayRaise = limits.capabilities.has("CAP_SYS_RESOURCE");
  return ulimits.map(({ name, soft, hard }) => {
    const type = `RLIMIT_${name.toUpperCase()}`;
    const wanted = { soft: limitOf(soft), hard: limitOf(hard) };
    const bound = mayRaise ? Number.POSITIVE_INFINITY : (limits.hardLimits[type] ?? Number.POSITIVE_INFINITY);
    if (wanted.hard > bound) warn(`the daemon may not raise its limit of ${name} beyond ${bound}`);
    return { type, soft: Math.min(wanted.soft, bound), hard: Math.min(wanted.hard, bound) };
  });
}

const limitOf = (value: number) => (value < 0 ? Number.POSITIVE_INFINITY : value);

function grantOomScore(wanted: number | undefined, limits: HostLimits, warn: (message: string) => void) {
  if (wanted === undefined || wanted >= limits.oomScoreAdj || limits.capabilities.has("CAP_SYS_RESOURCE"))
    return wanted;
  warn(`the daemon may not lower the OOM score to ${wanted}`);
  return undefined;
}

function namespaces({ namespaces }: ContainerProcess): OciSpec["linux"]["namespaces"] {
  const kinds: [OciNamespace, "private" | "host" | "none" | { readonly path: string }][] = [
    ["mount", "private"],
    ["network", namespaces.network],
    ["uts", namespaces.uts],
    ["pid", namespaces.pid],
    ["ipc", namespaces.ipc],
    ["cgroup", namespaces.cgroup],
  ];
  return kinds
    .filter(([, kind]) => kind !== "host")
    .map(([type, kind]) => (typeof kind === "object" ? { type, path: kind.path } : { type }));
}

/** Limits in the form of the runtime specification; what the kernel cannot do is left out with a warning. */
export function buildResources(
  wanted: ProcessResources,
  limits: HostLimits,
  warn: (message: string) => void,
): OciResources {
  const swap = limits.canLimitSwap ? wanted.memorySwapBytes : undefined;
  if (wanted.memorySwapBytes !== undefined && !limits.canLimitSwap) warn("the kernel cannot limit swap");
  const weight = limits.canWeighBlockIo ? wanted.blkioWeight : undefined;
  if (wanted.blkioWeight && !limits.canWeighBlockIo) warn("the kernel cannot weigh block I/O");
  const period = wanted.nanoCpus ? cpuPeriod : wanted.cpuPeriod;
  const quota = wanted.nanoCpus ? Math.round((wanted.nanoCpus * cpuPeriod) / 1e9) : wanted.cpuQuota;
  return {
    memory: unlessEmpty({
      limit: wanted.memoryBytes,
      swap,
      reservation: wanted.memoryReservationBytes,
      swappiness: limits.cgroupVersion === 1 ? wanted.memorySwappiness : undefined,
      disableOOMKiller: limits.cgroupVersion === 1 && wanted.oomKillDisable ? true : undefined,
    }),
    cpu: unlessEmpty({
      shares: wanted.cpuShares,
      quota,
      period,
      cpus: wanted.cpusetCpus || undefined,
      mems: wanted.cpusetMems || undefined,
    }),
    pids: wanted.pidsLimit && wanted.pidsLimit > 0 ? { limit: wanted.pidsLimit } : undefined,
    blockIO: weight ? { weight } : undefined,
  };
}
const cpuPeriod = 100_000;

function unlessEmpty<T extends object>(value: T): T | undefined {
  return Object.values(value).some((field) => field !== undefined) ? value : undefined;
}

function sysctls({ namespaces, domainname, sysctls }: ContainerProcess, limits: HostLimits) {
  return {
    ...(namespaces.network === "host" ? {} : limits.networkSysctls),
    // Older runtimes know no domain name, but it is a sysctl as well.
    ...(domainname && namespaces.uts !== "host" ? { "kernel.domainname": domainname } : {}),
    ...sysctls,
  };
}

function seccomp(
  process: ContainerProcess,
  capabilities: ReadonlySet<string>,
  limits: HostLimits,
): OciSeccomp | undefined {
  if (process.seccomp === "unconfined" || (process.privileged && process.seccomp === "default")) return undefined;
  const profile = process.seccomp === "default" ? defaultSeccompProfile : parseSeccompProfile(process.seccomp);
  const { architecture, kernelRelease } = limits;
  return resolveSeccompProfile(profile, { architecture, kernelRelease, capabilities });
}

/** crun takes a compiled filter from this annotation instead of the profile; only the driver itself may give one. */
export const seccompFilterAnnotation = "run.oci.seccomp_bpf_data";

/**
 * Families that make a runtime load plugins, write files, change the handler or set properties of its systemd unit; and
 * our own. None of them is the user's to set: what may be asked for has an option with a check.
 */
const steeringAnnotations = /^(run\.oci|org\.criu|org\.systemd\.property|io\.wherry)\./i;

function annotations(
  { annotations }: ContainerProcess,
  warn: (message: string) => void,
): Readonly<Record<string, string>> | undefined {
  const kept = Object.entries(annotations).filter(([name]) => {
    const isSteering = steeringAnnotations.test(name);
    if (isSteering) warn(`the annotation ${name} would steer the runtime and is left out`);
    return !isSteering;
  });
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
