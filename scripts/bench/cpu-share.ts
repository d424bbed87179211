import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const hierarchies = "/sys/fs/cgroup";
const groupName = "wherry-bench";

/**
 * Moves this process, and all that it starts from now on, into a control group with nearly all of the cpu, so that a busy
 * machine disturbs less; disposing comes back. Undefined where that is not possible: then the figures are those of a shared
 * machine.
 */
export function takeCpuShare(): Disposable | undefined {
  const [root, file, most] = existsSync(join(hierarchies, "cgroup.controllers"))
    ? ([hierarchies, "cpu.weight", "10000"] as const)
    : ([join(hierarchies, "cpu"), "cpu.shares", "200000"] as const);
  const group = join(root, groupName);
  const engines = join(group, "engines");
  try {
    mkdirSync(engines, { recursive: true });
    if (file === "cpu.weight") {
      writeFileSync(join(root, "cgroup.subtree_control"), "+cpu");
      writeFileSync(join(group, "cgroup.subtree_control"), "+cpu");
    }
    writeFileSync(join(group, file), most);
    writeFileSync(join(engines, "cgroup.procs"), String(process.pid));
  } catch {
    return undefined;
  }
  return {
    [Symbol.dispose]() {
      writeFileSync(join(root, "cgroup.procs"), String(process.pid));
      // Runtimes make the containers' parent in every hierarchy.
      for (const name of ["", ...readdirSync(hierarchies)]) removeGroup(join(hierarchies, name, groupName));
    },
  };
}

function removeGroup(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroup(join(folder, entry.name));
  try {
    rmdirSync(folder);
  } catch {
    // A process of an engine may still be ending in it.
  }
}
