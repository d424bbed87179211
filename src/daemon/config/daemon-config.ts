import { homedir } from "node:os";
import { join } from "node:path";
import { type LogFormat, type LogLevel, logLevels } from "#base/diagnostics/logger.ts";
import { messageOf } from "#base/errors/engine-error.ts";
import { parseCidr } from "#formats/ip-address/cidr.ts";
import { parseIp } from "#formats/ip-address/ip-address.ts";
import { parseBytes } from "#formats/units/size.ts";
import { ConfigError } from "./config-error.ts";
import type { OptionValues } from "./option-values.ts";

/** How the daemon is to be: complete and checked. Sizes in bytes, times in seconds. */
export interface DaemonConfig {
  readonly hosts: readonly string[];
  readonly dockerSocket: boolean;
  readonly group: string;
  readonly tls: TlsConfig | undefined;
  readonly corsOrigin: string;
  readonly dataRoot: string;
  readonly execRoot: string;
  /** Empty for none. */
  readonly pidFile: string;
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
  readonly debug: boolean;
  readonly network: BridgeConfig;
  readonly storageDriver: string | undefined;
  readonly runtime: RuntimeConfig;
  readonly containers: ContainerDefaults;
  readonly registry: RegistryConfig;
  readonly labels: readonly string[];
  readonly liveRestore: boolean;
  readonly shutdownTimeoutSeconds: number;
}

export interface TlsConfig {
  /** Clients must show a certificate. */
  readonly verify: boolean;
  readonly caPath: string;
  readonly certPath: string;
  readonly keyPath: string;
}

export interface BridgeConfig {
  /** No default bridge network at all. */
  readonly isDisabled: boolean;
  /** An existing bridge to use; undefined for one of our own. */
  readonly bridge: string | undefined;
  /** Address and prefix length of the bridge. */
  readonly bip: string | undefined;
  readonly mtu: number;
  readonly interContainer: boolean;
  readonly hostAddress: string;
  readonly forward: boolean;
  readonly masquerade: boolean;
  readonly firewall: boolean;
  readonly dns: readonly string[];
  readonly dnsOptions: readonly string[];
  readonly dnsSearch: readonly string[];
}

export interface RuntimeConfig {
  readonly defaultRuntime: string | undefined;
  /** Additional runtimes by name. */
  readonly runtimes: Readonly<Record<string, { readonly path: string }>>;
  readonly cgroupDriver: "cgroupfs" | "systemd" | undefined;
  readonly cgroupParent: string | undefined;
  readonly initPath: string | undefined;
}

export interface ContainerDefaults {
  readonly init: boolean;
  readonly noNewPrivileges: boolean;
  readonly shmSizeBytes: number;
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  readonly logDriver: string;
  readonly logOptions: Readonly<Record<string, string>>;
}

export interface RegistryConfig {
  readonly insecure: readonly string[];
  readonly mirrors: readonly string[];
  readonly maxConcurrentDownloads: number;
  readonly maxConcurrentUploads: number;
  readonly maxDownloadAttempts: number;
}

/** Reads merged option values. Throws ConfigError, in dockerd's words where it has them. */
export function daemonConfig(values: OptionValues): DaemonConfig {
  const debug = values.get("debug") as boolean;
  refuseFeatures(values.get("feature"));
  return {
    hosts: list(values, "host"),
    dockerSocket: values.get("docker-socket") as boolean,
    group: text(values, "group") ?? "",
    tls: tlsConfig(values),
    corsOrigin: text(values, "api-cors-header") ?? "",
    dataRoot: requiredPath(values, "data-root"),
    execRoot: requiredPath(values, "exec-root"),
    pidFile: text(values, "pidfile") ?? "",
    log: { level: debug ? "debug" : logLevel(values), format: logFormat(values) },
    debug,
    network: bridgeConfig(values),
    storageDriver: text(values, "storage-driver"),
    runtime: runtimeConfig(values),
    containers: containerDefaults(values),
    registry: registryConfig(values),
    labels: list(values, "label").map(checkedLabel),
    liveRestore: values.get("live-restore") as boolean,
    shutdownTimeoutSeconds: shutdownTimeout(values),
  };
}

const list = (values: OptionValues, name: string): readonly string[] => values.get(name) as readonly string[];

/** Text; undefined when not given or empty. */
function text(values: OptionValues, name: string): string | undefined {
  const value = values.get(name) as string | undefined;
  return value === "" ? undefined : value;
}

function requiredPath(values: OptionValues, name: string): string {
  const path = text(values, name);
  if (!path?.startsWith("/"))
    throw new ConfigError(`--${name} must be an absolute path, not ${JSON.stringify(path ?? "")}`);
  return path;
}

function atLeastNumber(values: OptionValues, name: string, least: number, what: string): number {
  const value = values.get(name) as number;
  if (value < least) throw new ConfigError(`invalid ${what}: ${value}`);
  return value;
}

function shutdownTimeout(values: OptionValues): number {
  const seconds = values.get("shutdown-timeout") as number;
  // Negative: as long as it takes, as dockerd has it.
  return seconds < 0 ? Number.POSITIVE_INFINITY : seconds;
}

function logLevel(values: OptionValues): LogLevel {
  const given = text(values, "log-level") ?? "info";
  const level = given === "warn" ? "warning" : given === "trace" ? "debug" : given === "panic" ? "fatal" : given;
  if (!logLevels.includes(level as LogLevel)) throw new ConfigError(`Unable to parse logging level: ${given}`);
  return level as LogLevel;
}

function logFormat(values: OptionValues): LogFormat {
  const format = text(values, "log-format") ?? "text";
  if (format !== "text" && format !== "json") throw new ConfigError(`invalid log format: ${format}`);
  return format;
}

/** Mentioning TLS's verification switches TLS on, even to switch the verification off. */
function tlsConfig(values: OptionValues): TlsConfig | undefined {
  const environment = process.env;
  const verify = (values.get("tlsverify") as boolean) || (environment["DOCKER_TLS_VERIFY"] ?? "") !== "";
  if (!verify && !values.get("tls")) return undefined;
  const folder =
    environment["WHERRY_CERT_PATH"] ??
    environment["DOCKER_CERT_PATH"] ??
    join(environment["HOME"] ?? homedir(), ".docker");
  return {
    verify,
    caPath: text(values, "tlscacert") ?? join(folder, "ca.pem"),
    certPath: text(values, "tlscert") ?? join(folder, "cert.pem"),
    keyPath: text(values, "tlskey") ?? join(folder, "key.pem"),
  };
}

function bridgeConfig(values: OptionValues): BridgeConfig {
  const bridge = text(values, "bridge");
  const bip = text(values, "bip");
  if (bridge !== undefined && bip !== undefined)
    throw new ConfigError("You specified -b & --bip, mutually exclusive options. Please specify only one.");
  if (bip !== undefined && !(bip.includes("/") && parseIp(bip.split("/")[0]!) && parseCidr(bip)))
    throw new ConfigError(`invalid CIDR address: ${bip}`);
  const firewall = values.get("iptables") as boolean;
  const interContainer = values.get("icc") as boolean;
  if (!firewall && !interContainer)
    throw new ConfigError(
      "You specified --iptables=false with --icc=false. ICC=false uses iptables to function. Please set --icc or --iptables to true.",
    );
  const hostAddress = text(values, "ip") ?? "0.0.0.0";
  for (const address of [hostAddress, ...list(values, "dns")])
    if (!parseIp(address)) throw new ConfigError(`invalid IP address: ${address}`);
  return {
    isDisabled: bridge === "none",
    bridge: bridge === "none" ? undefined : bridge,
    bip,
    mtu: atLeastNumber(values, "mtu", 0, "default MTU") || 1500,
    interContainer,
    hostAddress,
    forward: values.get("ip-forward") as boolean,
    // Without rules of our own there is nothing to masquerade with.
    masquerade: firewall && (values.get("ip-masq") as boolean),
    firewall,
    dns: list(values, "dns"),
    dnsOptions: list(values, "dns-opt"),
    dnsSearch: list(values, "dns-search"),
  };
}

function runtimeConfig(values: OptionValues): RuntimeConfig {
  const runtimes = runtimesOf(values.get("add-runtime"));
  return {
    defaultRuntime: text(values, "default-runtime"),
    runtimes,
    cgroupDriver: cgroupDriver(list(values, "exec-opt")),
    cgroupParent: text(values, "cgroup-parent"),
    initPath: text(values, "init-path"),
  };
}

/** From flags a list of NAME=PATH, from the file an object. */
function runtimesOf(value: unknown): RuntimeConfig["runtimes"] {
  if (!Array.isArray(value)) {
    const given = Object.entries(value as Record<string, { path?: string; runtimeArgs?: string[] }>);
    const withArguments = given.find(([, { runtimeArgs = [] }]) => runtimeArgs.length > 0);
    if (withArguments)
      throw new ConfigError(`runtimeArgs of ${withArguments[0]}: not supported by this version of wherry`);
    return Object.fromEntries(given.map(([name, { path }]) => [name, { path: path ?? name }]));
  }
  const pairs = (value as string[]).map((pair) => {
    const [name, path] = splitPair(pair) ?? [];
    if (!name || !path) throw new ConfigError(`invalid runtime: ${pair} (want NAME=PATH)`);
    return [name, { path }] as const;
  });
  return Object.fromEntries(pairs);
}

function cgroupDriver(options: readonly string[]): "cgroupfs" | "systemd" | undefined {
  let driver: "cgroupfs" | "systemd" | undefined;
  for (const option of options) {
    const [key, value] = splitPair(option) ?? [];
    if (key !== "native.cgroupdriver") throw new ConfigError(`invalid exec-opt: ${option}`);
    if (value !== "cgroupfs" && value !== "systemd")
      throw new ConfigError(`option native.cgroupdriver is only cgroupfs or systemd, not ${value}`);
    driver = value;
  }
  return driver;
}

function containerDefaults(values: OptionValues): ContainerDefaults {
  return {
    init: values.get("init") as boolean,
    noNewPrivileges: values.get("no-new-privileges") as boolean,
    shmSizeBytes: sizeBytes(values.get("default-shm-size") as string | number),
    ulimits: ulimitsOf(values.get("default-ulimit")),
    logDriver: text(values, "log-driver") ?? "json-file",
    logOptions: values.get("log-opt") as Readonly<Record<string, string>>,
  };
}

/** "64m", "1g", or a number of bytes. */
function sizeBytes(value: string | number): number {
  try {
    return parseBytes(String(value));
  } catch (cause) {
    throw new ConfigError(`invalid size: ${messageOf(cause)}`, { cause });
  }
}

/** From flags a list of NAME=SOFT[:HARD], from the file an object. */
function ulimitsOf(value: unknown): ContainerDefaults["ulimits"] {
  if (!Array.isArray(value)) {
    const given = Object.entries(value as Record<string, { Name?: string; Soft?: number; Hard?: number }>);
    return given.map(([name, { Soft = 0, Hard = Soft }]) => ({ name, soft: Soft, hard: Hard }));
  }
  return (value as string[]).map((entry) => {
    const match = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(entry);
    if (!match) throw new ConfigError(`invalid ulimit argument: ${entry}`);
    const soft = Number(match[2]);
    const hard = match[3] === undefined ? soft : Number(match[3]);
    if (hard !== -1 && (soft > hard || soft === -1))
      throw new ConfigError(`ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`);
    return { name: match[1]!, soft, hard };
  });
}

function registryConfig(values: OptionValues): RegistryConfig {
  return {
    insecure: list(values, "insecure-registry"),
    mirrors: list(values, "registry-mirror").map(checkedMirror),
    maxConcurrentDownloads: atLeastNumber(values, "max-concurrent-downloads", 1, "max concurrent downloads"),
    maxConcurrentUploads: atLeastNumber(values, "max-concurrent-uploads", 1, "max concurrent uploads"),
    maxDownloadAttempts: atLeastNumber(values, "max-download-attempts", 1, "max download attempts"),
  };
}

function checkedMirror(mirror: string): string {
  const url = URL.canParse(mirror) ? new URL(mirror) : undefined;
  if (!url) throw new ConfigError(`invalid mirror: "${mirror}" is not a valid URI`);
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== "http" && scheme !== "https")
    throw new ConfigError(
      `invalid mirror: unsupported scheme "${scheme}" in "${mirror}": must use either 'https://' or 'http://'`,
    );
  if (url.search !== "" || url.hash !== "")
    throw new ConfigError(`invalid mirror: query or fragment at end of the URI "${mirror}"`);
  return mirror.endsWith("/") ? mirror : `${mirror}/`;
}

function checkedLabel(label: string): string {
  if (!label.includes("=")) throw new ConfigError(`bad attribute format: ${label}`);
  return label;
}

/** Flags give text, the file truth values. Features that are switched off are no wish for anything. */
function refuseFeatures(value: unknown): void {
  const features = Object.entries(value as Record<string, string | boolean>);
  for (const [name, wish] of features) {
    if (!["buildkit", "containerd-snapshotter", "cdi", "windows-dns-proxy"].includes(name))
      throw new ConfigError(`unknown feature: ${name}`);
    // BuildKit is switched on in many existing files; clients are told that it is not there, which is what counts.
    if (String(wish) === "true" && name !== "buildkit")
      throw new ConfigError(`the feature '${name}' is not supported by this version of wherry`);
  }
}

function splitPair(pair: string): [string, string] | undefined {
  const mark = pair.indexOf("=");
  return mark === -1 ? undefined : [pair.slice(0, mark), pair.slice(mark + 1)];
}
