import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupPathOf } from "#platform/linux/cgroup-path.ts";
import type { ContainerFate } from "../runtime-driver.ts";
import { factAnnotations } from "./create-container.ts";
import type { RecordedExit } from "./exit-files.ts";
import type { OciSpec } from "./oci-spec.ts";
import { bundleOf, type RuntimeContext, stateFolderOf } from "./runtime-context.ts";
import { type ContainerFacts, TrackedContainer } from "./tracked-container.ts";

/** Between a process's end and the monitor's record of it lies the writing of the last output. */
const recordPatienceMs = 2000;

/** What became of a container that an earlier daemon created. One that runs is tracked from here on. */
export async function restoreContainer(context: RuntimeContext, id: string): Promise<ContainerFate> {
  const bundle = bundleOf(context, id);
  const facts = readFacts(context, id, bundle);
  const recorded = context.exits.read(id);
  if (recorded) return exited(context, facts, recorded);
  if (!facts) return { status: "gone" };
  if (facts.monitorPid === 0) {
    // The process has ended, or its monitor was killed and the exit code went with it.
    const late = await recordedSoon(context, id);
    return late ? exited(context, facts, late) : { status: "gone" };
  }
  context.containers.set(id, new TrackedContainer(facts, context.layout));
  const isCreated = existsSync(join(stateFolderOf(context, id), "exec.fifo"));
  return { status: isCreated ? "created" : "running", pid: facts.pid };
}

function exited(context: RuntimeContext, facts: ContainerFacts | undefined, recorded: RecordedExit): ContainerFate {
  if (!facts) return { status: "exited", oomKilled: false, ...recorded };
  const container = new TrackedContainer(facts, context.layout);
  const exit = { ...recorded, oomKilled: container.wasOutOfMemory() };
  container.setExit({ id: facts.id, ...exit });
  context.containers.set(facts.id, container);
  return { status: "exited", ...exit };
}

async function recordedSoon(context: RuntimeContext, id: string): Promise<RecordedExit | undefined> {
  const until = Date.now() + recordPatienceMs;
  for (let pauseMs = 1; Date.now() < until; pauseMs = Math.min(pauseMs * 2, 100)) {
    const recorded = context.exits.read(id);
    if (recorded) return recorded;
    await sleep(pauseMs);
  }
  return undefined;
}

/** From the bundle; undefined when there is none or the machine was restarted in the middle of making it. */
function readFacts(context: RuntimeContext, id: string, bundle: string): ContainerFacts | undefined {
  let spec: OciSpec;
  let pid: number;
  try {
    spec = JSON.parse(readFileSync(join(bundle, "config.json"), "utf8")) as OciSpec;
    pid = Number(readFileSync(join(bundle, "pid"), "utf8"));
  } catch {
    return undefined;
  }
  const { [factAnnotations.runtime]: runtime = "", [factAnnotations.stdin]: stdin } = spec.annotations ?? {};
  const monitorPid = monitorOf(pid, id);
  const isSystemd = spec.linux.cgroupsPath?.includes(":") ?? false;
  return {
    id,
    pid,
    monitorPid,
    bundle,
    runtime: context.runtimes.get(runtime) ?? context.defaultRuntime,
    rootfs: spec.root.path,
    process: spec.process,
    stdin: stdin === "open" || stdin === "once" ? stdin : "none",
    cgroupPath: isSystemd && monitorPid > 0 ? cgroupPathOf(pid, context.layout) : spec.linux.cgroupsPath,
  };
}

/** The parent of a container's first process, when it is the monitor of this very container; else 0. */
function monitorOf(pid: number, id: string): number {
  try {
    const parent = Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    const words = readFileSync(`/proc/${parent}/cmdline`, "utf8").split("\0");
    return words[words.indexOf("-c") + 1] === id ? parent : 0;
  } catch {
    return 0;
  }
}
