import { readFileSync } from "node:fs";

export interface CgroupHierarchy {
  readonly version: 1 | 2;
  /** Where it is mounted. */
  readonly target: string;
  /** Of version 1 what it was mounted with ("cpu", "name=systemd"), of version 2 what its root offers. */
  readonly controllers: readonly string[];
}

/** How the kernel's control groups are mounted: "unified" is version 2 alone, "hybrid" has both. */
export interface CgroupLayout {
  readonly mode: "legacy" | "hybrid" | "unified" | "none";
  readonly hierarchies: readonly CgroupHierarchy[];
}

/** Reads the layout from our mount namespace. */
export function readCgroupLayout(): CgroupLayout {
  return parseCgroupLayout(readFileSync("/proc/self/mountinfo", "utf8"), (target) => {
    try {
      return readFileSync(`${target}/cgroup.controllers`, "utf8").split(/\s+/).filter(Boolean);
    } catch {
      return [];
    }
  });
}

/** `controllersOf` answers for the root of a version 2 hierarchy. */
export function parseCgroupLayout(mountInfo: string, controllersOf: (target: string) => string[]): CgroupLayout {
  const byTarget = new Map<string, CgroupHierarchy>();
  for (const line of mountInfo.split("\n")) {
    const [front = "", back = ""] = line.split(" - ");
    const [type, , options = ""] = back.split(" ");
    const target = front.split(" ")[4] ?? "";
    if (type === "cgroup2") byTarget.set(target, { version: 2, target, controllers: controllersOf(target) });
    if (type === "cgroup") {
      byTarget.set(target, {
        version: 1,
        target,
        controllers: options.split(",").filter((word) => !generic.has(word)),
      });
    }
  }
  const hierarchies = [...byTarget.values()];
  const first = hierarchies.some(({ version }) => version === 1);
  const second = hierarchies.some(({ version }) => version === 2);
  const mode = first ? (second ? "hybrid" : "legacy") : second ? "unified" : "none";
  return { mode, hierarchies };
}

const generic: ReadonlySet<string> = new Set(["rw", "ro", "xattr", "clone_children", "noprefix"]);

/** Controllers that a hybrid layout has left on version 2. crun refuses to run while there are any. */
export function strayControllers({ mode, hierarchies }: CgroupLayout): readonly string[] {
  if (mode !== "hybrid") return [];
  return hierarchies.filter(({ version }) => version === 2).flatMap(({ controllers }) => controllers);
}
