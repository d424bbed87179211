import type { AuthConfig } from "#api/types/system.ts";

/** The engine as a whole: what it is, how it does, and whether a registry knows a user. */
export interface SystemService {
  /**
   * A command line has said hello, as docker's does before each of its commands: a container or an exec may be next, and
   * what their start has to wait for may begin. Returns at once.
   */
  greet(): void;
  version(): VersionFacts;
  info(): SystemInfo;
  /** Asks the registry whether the credentials are good. Throws `registry.unauthorized` (401) in the registry's words. */
  authenticate(credentials: AuthConfig, signal: AbortSignal): Promise<{ readonly identityToken: string }>;
}

export interface VersionFacts {
  readonly build: {
    readonly version: string;
    readonly commit: string;
    readonly time: string;
    readonly runtime: string;
  };
  readonly architecture: string;
  readonly kernelVersion: string;
  /** The programs that containers are run with. */
  readonly parts: readonly { readonly name: string; readonly version: string }[];
}

export interface HostFacts {
  readonly name: string;
  readonly kernelVersion: string;
  /** "Debian GNU/Linux 12 (bookworm)" and "12", from os-release. */
  readonly operatingSystem: string;
  readonly osVersion: string;
  /** As uname says: "x86_64". */
  readonly machine: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** What the kernel's cgroups can limit. */
  readonly limits: CgroupLimits;
  readonly ipv4Forwarding: boolean;
  readonly proxies: { readonly http: string; readonly https: string; readonly none: string };
}

export interface CgroupLimits {
  readonly memory: boolean;
  readonly swap: boolean;
  readonly oomKillDisable: boolean;
  readonly cpuCfs: boolean;
  readonly cpuShares: boolean;
  readonly cpuset: boolean;
  readonly pids: boolean;
}

/** Settings that a reload of the configuration may change. */
export interface SystemSettings {
  readonly debug: boolean;
  readonly labels: readonly string[];
  readonly liveRestore: boolean;
  readonly defaultRuntime: string;
  readonly registry: { readonly insecure: readonly string[]; readonly mirrors: readonly string[] };
}

export interface SystemInfo {
  readonly id: string;
  readonly version: string;
  readonly dataRoot: string;
  readonly host: HostFacts;
  readonly settings: SystemSettings;
  readonly containers: { readonly running: number; readonly paused: number; readonly stopped: number };
  readonly images: number;
  readonly storage: { readonly name: string; readonly status: readonly (readonly [string, string])[] };
  readonly logDriver: string;
  readonly logDrivers: readonly string[];
  readonly networkDrivers: readonly string[];
  readonly cgroup: { readonly driver: string; readonly version: 1 | 2 };
  readonly runtimes: Readonly<Record<string, string>>;
  readonly runtimeVersion: string;
  readonly initBinary: string;
  readonly firewall: string;
  readonly eventListeners: number;
  readonly openFiles: number;
  readonly warnings: readonly string[];
  readonly now: Date;
}
