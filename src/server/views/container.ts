import type {
  ContainerConfig,
  ContainerCreated,
  ContainerInspect,
  ContainerState as ContainerStateView,
  ContainerSummary,
  EndpointSettings,
  MountSummary,
  Port,
} from "#api/types/container.ts";
import { atLeast } from "#api/version.ts";
import type { ContainerMount, ContainerRecord } from "#engine/container/container-record.ts";
import { hasProcess } from "#engine/container/container-state.ts";
import type { Created } from "#engine/container/create.ts";
import type { InspectFacts } from "#engine/container/inspect.ts";
import { networkPlace } from "#engine/container/network-mode.ts";
import { parseContainerPort } from "#engine/container/ports.ts";
import { commandLine } from "#engine/container/process-spec.ts";
import { zeroTime } from "#formats/rfc3339/rfc3339.ts";
import { hostConfigView } from "./host-config.ts";
import { statusText } from "./status-text.ts";

export interface Sizes {
  readonly writtenBytes: number;
  readonly totalBytes: number;
}

export const createdView = ({ id, warnings }: Created): ContainerCreated => ({ Id: id, Warnings: warnings });

interface SummaryFacts {
  readonly imageName: string;
  readonly networkId: string | undefined;
  readonly sizes: Sizes | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** One element of `ps`. */
export function summaryView(
  record: ContainerRecord,
  { imageName, networkId, sizes, now }: SummaryFacts,
): ContainerSummary {
  return {
    Id: record.id,
    Names: [`/${record.name}`],
    Image: imageName,
    ImageID: record.image.id,
    Command: shownCommand(commandLine(record)),
    Created: Math.floor(Date.parse(record.createdAt) / 1000),
    Ports: portsView(record),
    ...(sizes ? sizesView(sizes) : {}),
    Labels: record.config.Labels ?? {},
    State: record.state.status,
    Status: statusText(record.state, now),
    HostConfig: { NetworkMode: record.hostConfig.NetworkMode ?? "" },
    NetworkSettings: { Networks: networksView(record, networkId) },
    Mounts: mountsView(record),
  };
}

/** docker leaves a size out that is nothing. */
const sizesView = ({ writtenBytes, totalBytes }: Sizes) => ({
  ...(writtenBytes > 0 ? { SizeRw: writtenBytes } : {}),
  SizeRootFs: totalBytes,
});

/** Arguments with a space are shown in quotes. */
function shownCommand([path = "", ...args]: readonly string[]): string {
  return [path, ...args.map((arg) => (arg.includes(" ") ? `'${arg}'` : arg))].join(" ");
}

function portsView(record: ContainerRecord): readonly Port[] {
  const { endpoint } = record;
  if (!endpoint) return [];
  const published = endpoint.ports.map(({ hostAddress, containerPort, hostPort, protocol }) => ({
    IP: hostAddress,
    PrivatePort: containerPort,
    PublicPort: hostPort,
    Type: protocol,
  }));
  const seen = new Set(published.map(({ PrivatePort, Type }) => `${PrivatePort}/${Type}`));
  const exposed = Object.keys(record.config.ExposedPorts ?? {}).flatMap((key) => {
    const { port, protocol } = parseContainerPort(key);
    return seen.has(`${port}/${protocol}`) ? [] : [{ PrivatePort: port, Type: protocol }];
  });
  return [...published, ...exposed].sort((a, b) => a.PrivatePort - b.PrivatePort);
}

const mountsView = ({ mounts }: ContainerRecord): readonly MountSummary[] =>
  mounts.filter(({ hidden }) => !hidden).map(mountView);

const mountView = (mount: ContainerMount): MountSummary => ({
  Type: mount.type,
  ...(mount.name === undefined ? {} : { Name: mount.name }),
  Source: mount.source,
  Destination: mount.destination,
  ...(mount.type === "volume" ? { Driver: "local" } : {}),
  Mode: mount.mode,
  RW: mount.readWrite,
  Propagation: mount.propagation,
});

/** GET /containers/{id}/json. */
export function inspectView(facts: InspectFacts, sizes: Sizes | undefined, version: string): ContainerInspect {
  const { record, files } = facts;
  const [Path = "", ...Args] = commandLine(record);
  return {
    Id: record.id,
    Created: record.createdAt,
    Path,
    Args,
    State: stateView(record),
    Image: record.image.id,
    ResolvConfPath: files?.resolvConf ?? "",
    HostnamePath: files?.hostname ?? "",
    HostsPath: files?.hosts ?? "",
    LogPath: facts.logPath,
    Name: `/${record.name}`,
    RestartCount: record.state.restartCount,
    Driver: facts.storage.driver,
    Platform: record.image.os,
    MountLabel: "",
    ProcessLabel: "",
    AppArmorProfile: "",
    ExecIDs: facts.execIds.length > 0 ? facts.execIds : null,
    HostConfig: hostConfigView(record.hostConfig),
    GraphDriver: { Data: facts.storage.data, Name: facts.storage.driver },
    ...(sizes ? { SizeRw: sizes.writtenBytes, SizeRootFs: sizes.totalBytes } : {}),
    Mounts: mountsView(record),
    Config: configView(record.config),
    NetworkSettings: networkSettingsView(facts, version),
  };
}

function stateView({ state }: ContainerRecord): ContainerStateView {
  return {
    Status: state.status,
    // docker counts a container that waits for its restart as running.
    Running: hasProcess(state.status) || state.status === "restarting",
    Paused: state.status === "paused",
    Restarting: state.status === "restarting",
    OOMKilled: state.oomKilled,
    Dead: state.status === "dead",
    Pid: state.pid,
    ExitCode: state.exitCode,
    Error: state.error,
    StartedAt: state.startedAt || zeroTime,
    FinishedAt: state.finishedAt || zeroTime,
  };
}

function configView(config: ContainerConfig): Record<string, unknown> {
  return {
    Hostname: config.Hostname ?? "",
    Domainname: config.Domainname ?? "",
    User: config.User ?? "",
    AttachStdin: config.AttachStdin ?? false,
    AttachStdout: config.AttachStdout ?? false,
    AttachStderr: config.AttachStderr ?? false,
    ...(config.ExposedPorts ? { ExposedPorts: config.ExposedPorts } : {}),
    Tty: config.Tty ?? false,
    OpenStdin: config.OpenStdin ?? false,
    StdinOnce: config.StdinOnce ?? false,
    Env: config.Env ?? null,
    Cmd: config.Cmd ?? null,
    ...(config.Healthcheck ? { Healthcheck: config.Healthcheck } : {}),
    ...(config.ArgsEscaped ? { ArgsEscaped: true } : {}),
    Image: config.Image ?? "",
    Volumes: config.Volumes ?? null,
    WorkingDir: config.WorkingDir ?? "",
    Entrypoint: config.Entrypoint ?? null,
    ...(config.NetworkDisabled ? { NetworkDisabled: true } : {}),
    ...(config.MacAddress ? { MacAddress: config.MacAddress } : {}),
    OnBuild: config.OnBuild ?? null,
    Labels: config.Labels ?? {},
    ...(config.StopSignal ? { StopSignal: config.StopSignal } : {}),
    ...(config.StopTimeout === undefined ? {} : { StopTimeout: config.StopTimeout }),
    ...(config.Shell ? { Shell: config.Shell } : {}),
  };
}

function networkSettingsView(
  { record, bridge, networkId }: InspectFacts,
  version: string,
): ContainerInspect["NetworkSettings"] {
  const { endpoint } = record;
  const sandbox = {
    SandboxID: endpoint ? record.id : "",
    SandboxKey: endpoint?.sandboxPath ?? "",
    Ports: portMapView(record),
  };
  const Networks = networksView(record, networkId);
  if (atLeast(version, "1.52")) return { ...sandbox, Networks };
  return {
    Bridge: bridge,
    ...sandbox,
    HairpinMode: false,
    LinkLocalIPv6Address: "",
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: endpoint?.id ?? "",
    Gateway: endpoint?.gateway ?? "",
    GlobalIPv6Address: "",
    GlobalIPv6PrefixLen: 0,
    IPAddress: endpoint?.address ?? "",
    IPPrefixLen: endpoint?.prefixLength ?? 0,
    IPv6Gateway: "",
    MacAddress: endpoint?.mac ?? "",
    Networks,
  };
}

/** Published ports with their bindings, exposed ones with null; nothing when it does not run. */
function portMapView({ endpoint, config }: ContainerRecord): ContainerInspect["NetworkSettings"]["Ports"] {
  const map: Record<string, { HostIp: string; HostPort: string }[] | null> = {};
  if (!endpoint) return map;
  for (const key of Object.keys(config.ExposedPorts ?? {})) {
    const { port, protocol } = parseContainerPort(key);
    map[`${port}/${protocol}`] = null;
  }
  for (const { protocol, containerPort, hostAddress, hostPort } of endpoint.ports)
    (map[`${containerPort}/${protocol}`] ??= []).push({ HostIp: hostAddress, HostPort: String(hostPort) });
  return map;
}

/** The network that the container's mode names, with its endpoint while there is one. */
function networksView(record: ContainerRecord, networkId: string | undefined): Record<string, EndpointSettings> {
  const mode = record.hostConfig.NetworkMode ?? "";
  if (networkPlace(mode).kind === "container") return {};
  const { endpoint } = record;
  const asked = record.networking.EndpointsConfig?.[mode];
  return {
    [mode]: {
      IPAMConfig: null,
      Links: null,
      Aliases: asked?.Aliases ?? null,
      MacAddress: endpoint?.mac ?? "",
      DriverOpts: asked?.DriverOpts ?? null,
      GwPriority: asked?.GwPriority ?? 0,
      NetworkID: endpoint?.networkId ?? networkId ?? "",
      EndpointID: endpoint?.id ?? "",
      Gateway: endpoint?.gateway ?? "",
      IPAddress: endpoint?.address ?? "",
      IPPrefixLen: endpoint?.prefixLength ?? 0,
      IPv6Gateway: "",
      GlobalIPv6Address: "",
      GlobalIPv6PrefixLen: 0,
      DNSNames: null,
    },
  };
}
