import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "#base/diagnostics/logger.ts";
import type { CgroupLayout } from "#platform/linux/cgroup-layout.ts";
import { RuntimeError } from "../runtime-driver.ts";
import type { ExitFiles } from "./exit-files.ts";
import type { HostLimits } from "./host-limits.ts";
import type { RuntimeBinary } from "./runtime-binary.ts";
import type { SeccompFilters } from "./seccomp-filters.ts";
import type { TrackedContainer } from "./tracked-container.ts";

export type CgroupDriver = "cgroupfs" | "systemd" | "none";

/** Every folder comes from the caller, so that several daemons run side by side. */
export interface OciRuntimeOptions {
  /** One folder a container; on a memory file system, with a short path. */
  readonly bundlesFolder: string;
  /** Where monitors record exits. Survives the daemon, not the machine. */
  readonly exitsFolder: string;
  /** The runtime's state, `--root`. */
  readonly runtimeRoot: string;
  /** Program by name, as daemon.json's `runtimes`; crun and runc on the path are known without. */
  readonly runtimes?: Readonly<Record<string, string>>;
  /** The first that works of crun and runc when left out. */
  readonly defaultRuntime?: string;
  /** systemd where it runs on cgroup version 2, else cgroupfs, when left out. */
  readonly cgroupDriver?: CgroupDriver;
  /** "/docker" or, with systemd, "system.slice" when left out. */
  readonly cgroupParent?: string;
  readonly monitorPath?: string;
  /** The small init for containers that want one; looked for when left out. */
  readonly initPath?: string;
  readonly log: Pick<Logger, "warn" | "debug">;
}

/** What the operations share once the driver is open. */
export interface RuntimeContext {
  readonly options: OciRuntimeOptions;
  readonly layout: CgroupLayout;
  readonly limits: HostLimits;
  readonly monitorPath: string;
  readonly cgroupDriver: CgroupDriver;
  readonly runtimes: ReadonlyMap<string, RuntimeBinary>;
  readonly defaultRuntime: RuntimeBinary;
  readonly filters: SeccompFilters;
  readonly exits: ExitFiles;
  readonly containers: Map<string, TrackedContainer>;
  /** Each different message once. */
  readonly warnOnce: (message: string) => void;
}

export function containerOf({ containers }: RuntimeContext, id: string): TrackedContainer {
  const container = containers.get(id);
  if (!container) throw new RuntimeError(`container ${id} has no process`, `container ${id} does not exist`);
  return container;
}

/** An id becomes part of paths. Throws TypeError for one that is not made of plain characters. */
export function assertPlainId(id: string): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_-]*$/.test(id)) throw new TypeError(`not a container id: ${id}`);
}

export function bundleOf({ options }: Pick<RuntimeContext, "options">, id: string): string {
  assertPlainId(id);
  return join(options.bundlesFolder, id);
}

export function stateFolderOf({ options }: Pick<RuntimeContext, "options">, id: string): string {
  assertPlainId(id);
  return join(options.runtimeRoot, id);
}

/** The runtime's arguments before its command, the same at each call. */
export function runtimeArguments({ options, cgroupDriver }: RuntimeContext, { kind }: RuntimeBinary): string[] {
  const withoutGroups = cgroupDriver === "none" && kind === "crun" ? ["--cgroup-manager=disabled"] : [];
  return [`--root=${options.runtimeRoot}`, ...withoutGroups];
}

/** Static ones first: the container need not have the libraries of the others. */
const initPaths = [
  "/usr/libexec/docker/docker-init",
  "/usr/local/bin/docker-init",
  "/usr/bin/docker-init",
  "/usr/bin/tini-static",
  "/usr/bin/catatonit",
  "/usr/libexec/podman/catatonit",
  "/usr/bin/tini",
  "/sbin/tini",
];

export function findInit({ options }: RuntimeContext): string {
  const found = options.initPath ?? initPaths.find((path) => existsSync(path));
  if (found !== undefined) return found;
  const message = "no init for the container found: install tini or catatonit, or configure init-path";
  throw new RuntimeError(message, message, { reason: "description" });
}
