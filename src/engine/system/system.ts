import type { AuthConfig } from "#api/types/system.ts";
import type { NetworkFacts } from "#drivers/network/network-driver.ts";
import type { RuntimeDriver, RuntimeFacts } from "#drivers/runtime/runtime-driver.ts";
import type { StorageDriver } from "#drivers/storage/storage-driver.ts";
import type { HostFacts, SystemInfo, SystemService, SystemSettings, VersionFacts } from "./system-service.ts";

export interface SystemDeps {
  /** The daemon's identity: the key id of its trust key. */
  readonly id: string;
  readonly build: VersionFacts["build"];
  readonly dataRoot: string;
  /** In the words of image platforms: "amd64". */
  readonly architecture: string;
  readonly host: HostFacts;
  readonly settings: () => SystemSettings;
  readonly storage: Pick<StorageDriver, "name" | "status">;
  readonly runtime: RuntimeFacts;
  readonly expectProcess: RuntimeDriver["expectProcess"];
  readonly network: NetworkFacts;
  readonly networkDrivers: readonly string[];
  readonly logDriver: string;
  readonly logDrivers: readonly string[];
  readonly initBinary: string;
  readonly countContainers: () => SystemInfo["containers"];
  readonly countImages: () => number;
  readonly countEventListeners: () => number;
  readonly countOpenFiles: () => number;
  readonly authenticate: SystemService["authenticate"];
}

/** Gathers what the parts of the engine know about themselves. */
export class System implements SystemService {
  readonly #deps: SystemDeps;

  constructor(deps: SystemDeps) {
    this.#deps = deps;
  }

  greet(): void {
    this.#deps.expectProcess();
  }

  version(): VersionFacts {
    const { build, architecture, host, runtime } = this.#deps;
    return {
      build,
      architecture,
      kernelVersion: host.kernelVersion,
      parts: [
        { name: runtime.runtime, version: runtime.runtimeVersion },
        { name: "conmon", version: runtime.monitorVersion },
      ],
    };
  }

  info(): SystemInfo {
    const { runtime, network, host, storage, ...deps } = this.#deps;
    return {
      id: deps.id,
      version: deps.build.version,
      dataRoot: deps.dataRoot,
      host,
      settings: deps.settings(),
      containers: deps.countContainers(),
      images: deps.countImages(),
      storage: { name: storage.name, status: storage.status() },
      logDriver: deps.logDriver,
      logDrivers: deps.logDrivers,
      networkDrivers: deps.networkDrivers,
      cgroup: { driver: runtime.cgroupDriver, version: runtime.cgroupVersion },
      runtimes: runtime.runtimes,
      runtimeVersion: runtime.runtimeVersion,
      initBinary: deps.initBinary,
      firewall: network.firewall,
      eventListeners: deps.countEventListeners(),
      openFiles: deps.countOpenFiles(),
      warnings: [...limitWarnings(host), ...runtime.warnings, ...network.warnings],
      now: new Date(),
    };
  }

  authenticate(credentials: AuthConfig, signal: AbortSignal): Promise<{ readonly identityToken: string }> {
    return this.#deps.authenticate(credentials, signal);
  }
}

/** What the host cannot do, as docker's `info` warns of it. */
function limitWarnings({ limits, ipv4Forwarding }: HostFacts): string[] {
  const warnings: string[] = [];
  if (!limits.memory) warnings.push("WARNING: No memory limit support");
  if (!limits.swap) warnings.push("WARNING: No swap limit support");
  if (!limits.cpuCfs) warnings.push("WARNING: No cpu cfs quota support");
  if (!limits.cpuShares) warnings.push("WARNING: No cpu shares support");
  if (!limits.cpuset) warnings.push("WARNING: No cpuset support");
  if (!limits.pids) warnings.push("WARNING: No pids limit support");
  if (!ipv4Forwarding) warnings.push("WARNING: IPv4 forwarding is disabled");
  return warnings;
}
