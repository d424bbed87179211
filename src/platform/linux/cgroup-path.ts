import { readFileSync } from "node:fs";
import type { CgroupHierarchy, CgroupLayout } from "./cgroup-layout.ts";

/**
 * The path of a process's control group below its hierarchy's root. Runtimes put a process at the same path in every
 * hierarchy; version 2 alone is asked where it is alone, else the one for freezing.
 */
export function cgroupPathOf(pid: number, layout: CgroupLayout): string | undefined {
  return parseCgroupPath(readFileSync(`/proc/${pid}/cgroup`, "utf8"), layout);
}

/** `lines` as in /proc/PID/cgroup. */
export function parseCgroupPath(lines: string, { mode }: CgroupLayout): string | undefined {
  const line = lines
    .split("\n")
    .find((line) => (mode === "unified" ? line.startsWith("0::") : line.split(":")[1]?.split(",").includes("freezer")));
  return line?.split(":").slice(2).join(":");
}

/** The hierarchy that `cgroupPathOf` speaks of. */
export function hierarchyOfPaths({ mode, hierarchies }: CgroupLayout): CgroupHierarchy | undefined {
  return hierarchies.find(({ version, controllers }) =>
    mode === "unified" ? version === 2 : version === 1 && controllers.includes("freezer"),
  );
}
