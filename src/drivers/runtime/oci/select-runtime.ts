import { existsSync, mkdirSync } from "node:fs";
import { type CgroupLayout, readCgroupLayout, strayControllers } from "#platform/linux/cgroup-layout.ts";
import { RuntimeError } from "../runtime-driver.ts";
import { probeMonitor, probeRuntime, type RuntimeBinary } from "./runtime-binary.ts";
import type { CgroupDriver, OciRuntimeOptions } from "./runtime-context.ts";

export interface Selection {
  readonly layout: CgroupLayout;
  readonly cgroupDriver: CgroupDriver;
  readonly runtimes: ReadonlyMap<string, RuntimeBinary>;
  readonly defaultRuntime: RuntimeBinary;
  readonly monitorPath: string;
  readonly monitorVersion: string;
  readonly warnings: readonly string[];
}

const searchPath = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
  "/usr/libexec/podman",
];

/** Finds runtimes and monitor, and which of them work on this host. Throws RuntimeError with a hint when none does. */
export async function selectRuntime(options: OciRuntimeOptions): Promise<Selection> {
  for (const folder of [options.bundlesFolder, options.exitsFolder, options.runtimeRoot]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const monitorPath = options.monitorPath ?? findProgram("conmon");
  const [runtimes, monitorVersion] = await Promise.all([
    probeAll(options),
    monitorPath === undefined ? undefined : probeMonitor(monitorPath),
  ]);
  if (monitorPath === undefined || monitorVersion === undefined) {
    throw unusable("conmon was not found", "install the package conmon, or configure the monitor's path");
  }
  const layout = readCgroupLayout();
  const { defaultRuntime, warnings } = chooseDefault(options, runtimes, layout);
  return {
    layout,
    cgroupDriver: chooseCgroupDriver(options, layout),
    runtimes,
    defaultRuntime,
    monitorPath,
    monitorVersion,
    warnings,
  };
}

async function probeAll(options: OciRuntimeOptions): Promise<ReadonlyMap<string, RuntimeBinary>> {
  const paths = { crun: findProgram("crun"), runc: findProgram("runc"), ...options.runtimes };
  const probed = await Promise.all(
    Object.entries(paths).map(async ([name, path]) =>
      path === undefined ? undefined : await probeRuntime(name, path),
    ),
  );
  return new Map(probed.flatMap((runtime) => (runtime ? [[runtime.name, runtime]] : [])));
}

/** crun is the quicker one, but it refuses a hybrid layout that has left controllers on version 2. */
export function chooseDefault(
  options: Pick<OciRuntimeOptions, "defaultRuntime">,
  runtimes: ReadonlyMap<string, RuntimeBinary>,
  layout: CgroupLayout,
): { defaultRuntime: RuntimeBinary; warnings: string[] } {
  const stray = strayControllers(layout);
  const refuses = (runtime: RuntimeBinary | undefined) => runtime?.kind === "crun" && stray.length > 0;
  const cure = stray.map((name) => mountCommand(name)).join("; ");
  const hint = `crun does not work while cgroup v2 holds controllers beside v1 (${stray.join(", ")}); as root: ${cure}`;
  if (options.defaultRuntime !== undefined) {
    const chosen = runtimes.get(options.defaultRuntime);
    if (!chosen)
      throw unusable(`the runtime ${options.defaultRuntime} was not found`, "configure its path under runtimes");
    return { defaultRuntime: chosen, warnings: refuses(chosen) ? [hint] : [] };
  }
  const crun = runtimes.get("crun");
  const runc = runtimes.get("runc");
  if (crun && !refuses(crun)) return { defaultRuntime: crun, warnings: [] };
  if (runc)
    return { defaultRuntime: runc, warnings: crun ? [`${hint}. Until then runc is used, which is slower`] : [] };
  throw crun ? unusable("crun cannot run here", hint) : unusable("no runtime was found", "install crun or runc");
}

function mountCommand(controller: string): string {
  const target = `/sys/fs/cgroup/${controller}`;
  return `mkdir -p ${target} && mount -t cgroup -o ${controller} ${controller} ${target}`;
}

function chooseCgroupDriver({ cgroupDriver }: OciRuntimeOptions, { mode }: CgroupLayout): CgroupDriver {
  if (mode === "none") return "none";
  return cgroupDriver ?? (mode === "unified" && existsSync("/run/systemd/system") ? "systemd" : "cgroupfs");
}

function findProgram(name: string): string | undefined {
  return searchPath.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
}

function unusable(what: string, hint: string): RuntimeError {
  return new RuntimeError(`${what}: ${hint}`, what);
}
