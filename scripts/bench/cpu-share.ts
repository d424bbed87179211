import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Moves this process, and all that it starts from now on, into a control group with nearly all of the cpu, so that a busy
 * machine disturbs less. Returns false where that is not possible; then the figures are those of a shared machine.
 */
export function takeCpuShare(): (Disposable & { readonly isTaken: boolean }) | undefined {
  const [root, file, most] = existsSync("/sys/fs/cgroup/cgroup.controllers")
    ? (["/sys/fs/cgroup", "cpu.weight", "10000"] as const)
    : (["/sys/fs/cgroup/cpu", "cpu.shares", "200000"] as const);
  const group = join(root, "wherry-bench");
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
    isTaken: true,
    [Symbol.dispose]() {
      writeFileSync(join(root, "cgroup.procs"), String(process.pid));
      for (const folder of [engines, join(group, "containers"), group])
        try {
          rmdirSync(folder);
        } catch {
          // Something of an engine may still be ending in it.
        }
    },
  };
}
