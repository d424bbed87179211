import { closeSync, existsSync } from "node:fs";
import { join } from "node:path";
import { Cgroup } from "#platform/linux/cgroup.ts";
import type { CgroupLayout } from "#platform/linux/cgroup-layout.ts";
import { hasEnded, openProcess, signalProcess } from "#platform/linux/pidfd.ts";
import type { ContainerExit } from "../runtime-driver.ts";
import type { AttachedStreams } from "./attached-streams.ts";
import type { OciProcess } from "./oci-spec.ts";
import type { RuntimeBinary } from "./runtime-binary.ts";

/** What the driver knows of a container, from `create` or from its bundle after a restart. */
export interface ContainerFacts {
  readonly id: string;
  readonly pid: number;
  /** The monitor's; 0 when it is not known. */
  readonly monitorPid: number;
  readonly bundle: string;
  readonly runtime: RuntimeBinary;
  readonly rootfs: string;
  /** Limits and capabilities, which an exec shares. */
  readonly process: OciProcess;
  readonly stdin: "none" | "open" | "once";
  /** Where its control group is below each hierarchy's root; undefined without control groups. */
  readonly cgroupPath: string | undefined;
}

/** A container with a process, until `remove`. */
export class TrackedContainer {
  readonly facts: ContainerFacts;
  readonly cgroup: Cgroup | undefined;
  readonly streams = new Set<AttachedStreams>();
  readonly exited = Promise.withResolvers<ContainerExit>();
  exit: ContainerExit | undefined;
  nextExec = 1;
  #handle: number | undefined;

  constructor(facts: ContainerFacts, layout: CgroupLayout) {
    this.facts = facts;
    this.cgroup = facts.cgroupPath === undefined ? undefined : new Cgroup(layout, facts.cgroupPath);
    this.#handle = openProcess(facts.pid);
  }

  /** False when the first process has ended. */
  signal(signal: number): boolean {
    return this.#handle !== undefined && !this.exit && signalProcess(this.#handle, signal);
  }

  /** True from the moment of its end, before the monitor tells of it. */
  hasEnded(): boolean {
    return this.#handle === undefined || hasEnded(this.#handle);
  }

  wasOutOfMemory(): boolean {
    return (this.cgroup?.oomKills() ?? 0) > 0 || existsSync(join(this.facts.bundle, "oom"));
  }

  /** Records the end, once; false when it was known. */
  setExit(exit: ContainerExit): boolean {
    if (this.exit) return false;
    this.exit = exit;
    for (const streams of this.streams) streams.lift();
    this.exited.resolve(exit);
    return true;
  }

  /** Lets go of descriptors; the container is not affected. */
  close(): void {
    for (const streams of this.streams) streams.abandon();
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }
}
