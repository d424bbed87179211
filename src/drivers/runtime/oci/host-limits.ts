import { existsSync, readFileSync } from "node:fs";
import { arch, release } from "node:os";
import { join } from "node:path";
import type { CgroupLayout } from "#platform/linux/cgroup-layout.ts";
import { capabilityNames } from "./capabilities.ts";

/** What this host and this daemon can give at most; a container's specification never asks for more. */
export interface HostLimits {
  /** Capabilities that the daemon has and may hand on. */
  readonly capabilities: ReadonlySet<string>;
  /** Hard limits of the daemon by their OCI name; Infinity means none. */
  readonly hardLimits: Readonly<Record<string, number>>;
  readonly oomScoreAdj: number;
  /** Go's name of the processor: amd64, arm64, … */
  readonly architecture: string;
  readonly kernelRelease: string;
  readonly cgroupVersion: 1 | 2;
  /** Files of the cgroup version 1 controllers that some kernels lack. */
  readonly canLimitSwap: boolean;
  readonly canWeighBlockIo: boolean;
  /** Sysctls that docker sets by default, as far as the kernel has them. */
  readonly networkSysctls: Readonly<Record<string, string>>;
}

export function readHostLimits(layout: CgroupLayout): HostLimits {
  const status = readFileSync("/proc/self/status", "utf8");
  const hasFile = (controller: string, file: string) =>
    layout.hierarchies.some(
      ({ target, controllers }) => controllers.includes(controller) && existsSync(join(target, file)),
    );
  const isUnified = layout.mode === "unified";
  return {
    capabilities: capabilitiesIn(status),
    hardLimits: parseHardLimits(readFileSync("/proc/self/limits", "utf8")),
    oomScoreAdj: Number(readFileSync("/proc/self/oom_score_adj", "utf8")),
    architecture: goArchitectures[arch()] ?? arch(),
    kernelRelease: release(),
    cgroupVersion: isUnified ? 2 : 1,
    canLimitSwap: isUnified || hasFile("memory", "memory.memsw.limit_in_bytes"),
    canWeighBlockIo: isUnified || hasFile("blkio", "blkio.weight") || hasFile("blkio", "blkio.bfq.weight"),
    networkSysctls: Object.fromEntries(
      defaultNetworkSysctls.filter(([name]) => existsSync(`/proc/sys/${name.replaceAll(".", "/")}`)),
    ),
  };
}

const defaultNetworkSysctls = [
  ["net.ipv4.ip_unprivileged_port_start", "0"],
  ["net.ipv4.ping_group_range", "0 2147483647"],
] as const;

const goArchitectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386", ppc64: "ppc64le" };

/** What is both permitted and in the bounding set, from the text of /proc/PID/status. */
export function capabilitiesIn(status: string): ReadonlySet<string> {
  const mask = (field: string) => BigInt(`0x${new RegExp(`^${field}:\\s*([0-9a-f]+)$`, "m").exec(status)?.[1] ?? "0"}`);
  const granted = mask("CapPrm") & mask("CapBnd");
  return new Set(capabilityNames.filter((_, bit) => (granted >> BigInt(bit)) & 1n));
}

const limitNames: Readonly<Record<string, string>> = {
  "Max cpu time": "RLIMIT_CPU",
  "Max file size": "RLIMIT_FSIZE",
  "Max data size": "RLIMIT_DATA",
  "Max stack size": "RLIMIT_STACK",
  "Max core file size": "RLIMIT_CORE",
  "Max resident set": "RLIMIT_RSS",
  "Max processes": "RLIMIT_NPROC",
  "Max open files": "RLIMIT_NOFILE",
  "Max locked memory": "RLIMIT_MEMLOCK",
  "Max address space": "RLIMIT_AS",
  "Max file locks": "RLIMIT_LOCKS",
  "Max pending signals": "RLIMIT_SIGPENDING",
  "Max msgqueue size": "RLIMIT_MSGQUEUE",
  "Max nice priority": "RLIMIT_NICE",
  "Max realtime priority": "RLIMIT_RTPRIO",
  "Max realtime timeout": "RLIMIT_RTTIME",
};

/** From the text of /proc/PID/limits. */
export function parseHardLimits(text: string): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const line of text.split("\n")) {
    const [, title = "", hard = ""] = /^(Max [a-z ]+?)\s{2,}\S+\s+(\S+)/.exec(line) ?? [];
    const name = limitNames[title];
    if (name) limits[name] = hard === "unlimited" ? Number.POSITIVE_INFINITY : Number(hard);
  }
  return limits;
}
