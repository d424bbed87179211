import type { KeyedLock } from "#base/concurrency/keyed-lock.ts";
import type { Logger } from "#base/diagnostics/logger.ts";
import type { LogDriver } from "#drivers/log/log-driver.ts";
import type { RuntimeDriver } from "#drivers/runtime/runtime-driver.ts";
import type { StorageDriver } from "#drivers/storage/storage-driver.ts";
import type { DataRoot } from "#state/data-root.ts";
import type { Database } from "#state/database.ts";
import type { EventsService } from "../events/events-service.ts";
import type { ImageResolver } from "../image/image-service.ts";
import type { NetworkService } from "../network/network-service.ts";
import type { VolumeService } from "../volume/volume-service.ts";
import type { ContainerStore } from "./container-store.ts";
import type { ExecStore } from "./exec-store.ts";
import type { Host } from "./host.ts";
import type { LiveContainers } from "./live-container.ts";

/** What the daemon was told and a container takes over when its user says nothing. */
export interface ContainerDefaults {
  /** Name of the default runtime, as inspect shows it. */
  readonly runtime: string;
  /** All configured runtimes. */
  readonly runtimes: readonly string[];
  readonly cgroupParent: string;
  readonly logDriver: string;
  readonly logOptions: Readonly<Record<string, string>>;
  readonly shmSizeBytes: number;
  readonly ipcMode: string;
  /** "private" on cgroup v2, "host" on v1. */
  readonly cgroupNamespaceMode: string;
  readonly init: boolean;
  readonly noNewPrivileges: boolean;
  /** A container's own limit of the same name wins. */
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions: readonly string[];
  /** Containers live on when the daemon stops. */
  readonly liveRestore: boolean;
}

/** What the daemon gives to build the service. */
export interface ContainerServiceOptions {
  readonly database: Database;
  readonly dataRoot: DataRoot;
  readonly storage: StorageDriver;
  readonly runtime: RuntimeDriver;
  readonly networks: NetworkService;
  readonly volumes: VolumeService;
  readonly images: ImageResolver;
  readonly events: EventsService;
  /** By the name that users give. A container whose driver is "none" has no log and needs no entry. */
  readonly logDrivers: ReadonlyMap<string, LogDriver>;
  readonly logger: Logger;
  readonly defaults: ContainerDefaults;
  /** Runs the host's ps with these arguments and answers its output; rejects with its words. */
  readonly ps: (args: readonly string[]) => Promise<string>;
  /** What is asked of the machine; left out, the machine itself. */
  readonly host?: Host;
  /** RFC 3339, for tests. */
  readonly now?: () => string;
}

/** Everything that operations on containers work with; each takes what it needs. */
export interface ContainerDeps extends Required<ContainerServiceOptions> {
  readonly containers: ContainerStore;
  readonly live: LiveContainers;
  readonly execs: ExecStore;
  /** By container id. Whatever changes a container's status runs under its lock. */
  readonly locks: KeyedLock;
  /** Work that nobody waits for: `shutdown` does, and failures are logged. */
  readonly background: (what: string, work: Promise<unknown>) => void;
}
