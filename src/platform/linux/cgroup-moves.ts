import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CgroupLayout } from "./cgroup-layout.ts";
import { cgroupPathOf, hierarchyOfPaths } from "./cgroup-path.ts";

/**
 * Makes moves of processes between control groups quick for a moment. The kernel begins a move by waiting until every
 * processor has taken notice (a grace period of its RCU: 8 to 25 ms, the longest on idle machines), unless the last move
 * was a moment ago: it keeps that state for about as long again. Who knows that a process will have to be moved soon can
 * let it wait beforehand, for a move that changes nothing: ours, to the group where we are.
 */
export class CgroupMoves {
  readonly #layout: CgroupLayout;
  readonly #pathOf: (pid: number, layout: CgroupLayout) => string | undefined;
  #underWay: Promise<void> | undefined;

  constructor(layout: CgroupLayout, pathOf = cgroupPathOf) {
    this.#layout = layout;
    this.#pathOf = pathOf;
  }

  /**
   * Resolves when moves are quick, or when nothing can be done about them; nobody need wait for it. The wait is another
   * thread's, and one serves all who ask meanwhile.
   */
  prepare(): Promise<void> {
    this.#underWay ??= this.#moveNowhere().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #moveNowhere(): Promise<void> {
    try {
      const path = this.#pathOf(process.pid, this.#layout);
      const hierarchy = hierarchyOfPaths(this.#layout);
      // A group outside our cgroup namespace is named by a way up from its root, which leads nowhere in the file system.
      if (path === undefined || path.startsWith("/..") || !hierarchy) return;
      await writeFile(join(hierarchy.target, path, "cgroup.procs"), String(process.pid), { flag: "r+" });
    } catch {
      // Not allowed here, or moved by somebody meanwhile: containers start a little later, that is all.
    }
  }
}
