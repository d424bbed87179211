import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CgroupHierarchy, CgroupLayout } from "./cgroup-layout.ts";

/**
 * One group, at the same path in every hierarchy. All calls are synchronous and cheap; a group or file that is not
 * there counts as empty.
 */
export class Cgroup {
  readonly #layout: CgroupLayout;
  readonly #path: string;

  /** `path` is absolute below each hierarchy's root, as in /proc/PID/cgroup. */
  constructor(layout: CgroupLayout, path: string) {
    this.#layout = layout;
    this.#path = path;
  }

  /** Host pids in the group and all groups below it. */
  pids(): number[] {
    for (const hierarchy of this.#byTrust()) {
      const folder = this.#folder(hierarchy);
      if (existsSync(folder)) return pidsBelow(folder);
    }
    return [];
  }

  /** SIGKILL to everything in the group. What forks meanwhile may survive where the kernel lacks cgroup.kill. */
  kill(): void {
    const unified = this.#unified();
    if (unified && writeIfThere(join(this.#folder(unified), "cgroup.kill"), "1")) return;
    for (const pid of this.pids()) killIfThere(pid);
  }

  /** Stops all processes or lets them go on. Returns once the kernel has taken the wish; `isFrozen` tells when it is done. */
  setFrozen(frozen: boolean): void {
    const unified = this.#unified();
    if (unified) return writeFileSync(join(this.#folder(unified), "cgroup.freeze"), frozen ? "1" : "0");
    writeFileSync(join(this.#controlledBy("freezer"), "freezer.state"), frozen ? "FROZEN" : "THAWED");
  }

  isFrozen(): boolean {
    const unified = this.#unified();
    if (unified) return readIfThere(join(this.#folder(unified), "cgroup.events")).includes("frozen 1");
    return readIfThere(join(this.#controlledBy("freezer"), "freezer.state")).trim() === "FROZEN";
  }

  /** How many of its processes the kernel has killed for want of memory. */
  oomKills(): number {
    const unified = this.#unified();
    const file = unified
      ? join(this.#folder(unified), "memory.events")
      : join(this.#controlledBy("memory"), "memory.oom_control");
    return Number(/^oom_kill (\d+)$/m.exec(readIfThere(file))?.[1] ?? 0);
  }

  /** Removes the group and all below it in every hierarchy. False while something still runs in one. */
  remove(): boolean {
    return this.#layout.hierarchies.map((hierarchy) => removeTree(this.#folder(hierarchy))).every(Boolean);
  }

  #folder(hierarchy: CgroupHierarchy): string {
    return join(hierarchy.target, this.#path);
  }

  #unified(): CgroupHierarchy | undefined {
    return this.#layout.mode === "unified" ? this.#layout.hierarchies[0] : undefined;
  }

  #controlledBy(controller: string): string {
    const hierarchy = this.#layout.hierarchies.find(({ controllers }) => controllers.includes(controller));
    return hierarchy ? this.#folder(hierarchy) : "/nonexistent";
  }

  /** The hierarchies that every runtime puts processes into come first. */
  #byTrust(): CgroupHierarchy[] {
    const rank = ({ controllers }: CgroupHierarchy) =>
      controllers.includes("freezer") ? 0 : controllers.includes("pids") ? 1 : 2;
    return this.#layout.hierarchies.toSorted((a, b) => rank(a) - rank(b));
  }
}

function pidsBelow(folder: string): number[] {
  const own = readIfThere(join(folder, "cgroup.procs")).split("\n").filter(Boolean).map(Number);
  return [...own, ...foldersIn(folder).flatMap(pidsBelow)];
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name));
  } catch {
    return [];
  }
}

function removeTree(folder: string): boolean {
  if (tryRemove(folder)) return true;
  for (const below of foldersIn(folder)) removeTree(below);
  return tryRemove(folder);
}

function tryRemove(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return codeOf(error) === "ENOENT";
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function writeIfThere(path: string, text: string): boolean {
  if (!existsSync(path)) return false;
  writeFileSync(path, text);
  return true;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
