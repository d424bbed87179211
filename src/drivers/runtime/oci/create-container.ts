import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cgroupPathOf } from "#platform/linux/cgroup-path.ts";
import { ProgramError } from "#platform/process/program-error.ts";
import { run } from "#platform/process/run.ts";
import { type ContainerProcess, RuntimeError } from "../runtime-driver.ts";
import { readAccountFiles } from "./account-files.ts";
import { buildSpec, seccompFilterAnnotation, specText } from "./build-spec.ts";
import { creationError } from "./failure-words.ts";
import { lookupUser } from "./lookup-user.ts";
import type { OciSpec } from "./oci-spec.ts";
import type { RuntimeBinary } from "./runtime-binary.ts";
import { bundleOf, findInit, type RuntimeContext, runtimeArguments, stateFolderOf } from "./runtime-context.ts";
import { startMonitor } from "./start-monitor.ts";
import { TrackedContainer } from "./tracked-container.ts";

/** Facts for a later daemon, kept as annotations in the container's configuration. */
export const factAnnotations = { runtime: "io.wherry.runtime", stdin: "io.wherry.stdin" } as const;

/** How long a path may be so that the monitor's temporary socket below it still fits into an address. */
const longestTemporaryFolder = 107 - "/conmon-term.XXXXXX".length;

export interface Created {
  readonly container: TrackedContainer;
  /** Settles when the monitor is gone. */
  readonly monitorEnd: Promise<unknown>;
}

/** Bundle, monitor, the runtime's `create`. On failure nothing is left behind. */
export async function createContainer(context: RuntimeContext, wanted: ContainerProcess): Promise<Created> {
  const { id } = wanted;
  const runtime = runtimeFor(context, wanted.runtime);
  const bundle = bundleOf(context, id);
  if (wanted.logPath?.includes(":")) {
    throw new RuntimeError(
      "cannot create the container's process",
      `the monitor takes no log path with a colon: ${wanted.logPath}`,
    );
  }
  const spec = specFor(context, wanted, runtime);
  const filterKey = context.filters.keyOf(spec.linux.seccomp, runtime);
  const filter = filterKey === undefined ? undefined : context.filters.get(filterKey);
  mkdirSync(bundle, { mode: 0o700 });
  try {
    writeFileSync(join(bundle, "config.json"), specText(filter === undefined ? spec : withFilter(spec, filter)));
    const outcome = await startMonitor({
      monitorPath: context.monitorPath,
      runtime,
      runtimeArgs: runtimeArguments(context, runtime),
      usesSystemd: context.cgroupDriver === "systemd",
      id,
      name: wanted.name || id,
      bundle,
      pidFile: join(bundle, "pid"),
      exitsFolder: context.options.exitsFolder,
      logPath: wanted.logPath,
      tty: wanted.tty,
      stdin: stdinOf(wanted),
      temporaryFolder: temporaryFolder(context),
    });
    if (!outcome.created) {
      throw creationError({
        words: outcome.words,
        kind: runtime.kind,
        args: spec.process.args,
        cwd: spec.process.cwd,
        mounts: spec.mounts,
      });
    }
    if (filterKey !== undefined) context.filters.harvest(filterKey, stateFolderOf(context, id));
    const container = new TrackedContainer(
      {
        id,
        pid: outcome.pid,
        monitorPid: outcome.monitor.pid,
        bundle,
        runtime,
        rootfs: wanted.rootfs,
        process: spec.process,
        stdin: stdinOf(wanted),
        cgroupPath: groupPath(context, spec, outcome.pid),
      },
      context.layout,
    );
    return { container, monitorEnd: outcome.monitor.exited };
  } catch (error) {
    await undoCreate(context, runtime, id);
    throw error;
  }
}

function runtimeFor({ runtimes, defaultRuntime }: RuntimeContext, name: string | undefined): RuntimeBinary {
  if (name === undefined || name === "") return defaultRuntime;
  const runtime = runtimes.get(name);
  if (runtime) return runtime;
  const message = `unknown or invalid runtime name: ${name}`;
  throw new RuntimeError(message, message, { reason: "description" });
}

function specFor(context: RuntimeContext, wanted: ContainerProcess, runtime: RuntimeBinary): OciSpec {
  const { limits } = context;
  const spec = buildSpec(wanted, {
    limits,
    user: lookupUser(wanted.user, wanted.groupAdd, readAccountFiles(wanted.rootfs)),
    cgroupsPath: cgroupsPath(context, wanted),
    initPath: wanted.init ? findInit(context) : undefined,
    warn: context.warnOnce,
  });
  const facts = { [factAnnotations.runtime]: runtime.name, [factAnnotations.stdin]: stdinOf(wanted) };
  return { ...spec, annotations: { ...spec.annotations, ...facts } };
}

function withFilter(spec: OciSpec, filter: string): OciSpec {
  return {
    ...spec,
    annotations: { ...spec.annotations, [seccompFilterAnnotation]: filter },
    linux: { ...spec.linux, seccomp: undefined },
  };
}

function stdinOf({ openStdin, stdinOnce }: ContainerProcess): "none" | "open" | "once" {
  return openStdin ? (stdinOnce ? "once" : "open") : "none";
}

function cgroupsPath({ cgroupDriver, options }: RuntimeContext, { id, cgroupParent }: ContainerProcess) {
  const parent = cgroupParent || options.cgroupParent;
  if (cgroupDriver === "none") return undefined;
  if (cgroupDriver === "systemd") return `${parent ?? "system.slice"}:wherry:${id}`;
  return join("/", parent ?? "docker", id);
}

function groupPath(context: RuntimeContext, spec: OciSpec, pid: number): string | undefined {
  return context.cgroupDriver === "systemd" ? cgroupPathOf(pid, context.layout) : spec.linux.cgroupsPath;
}

function temporaryFolder({ options }: RuntimeContext): string {
  return options.bundlesFolder.length <= longestTemporaryFolder ? options.bundlesFolder : "/tmp";
}

async function undoCreate(context: RuntimeContext, runtime: RuntimeBinary, id: string): Promise<void> {
  if (existsSync(stateFolderOf(context, id))) {
    const argv = [runtime.command, ...runtimeArguments(context, runtime), "delete", "--force", id];
    await run(argv, { acceptFailure: true, timeoutMs: 10_000 }).catch((error: unknown) => {
      if (!(error instanceof ProgramError)) throw error;
      context.options.log.warn("cannot undo a failed create", { id, error: error.message });
    });
  }
  context.exits.remove(id);
  rmSync(bundleOf(context, id), { recursive: true, force: true });
}
