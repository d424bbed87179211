import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { WherryDaemon } from "./daemon.ts";
import { mustRun, runCommand } from "./run-command.ts";

/** What containers of a daemon occupy on the host. With no containers there is nothing of it. */
export interface Footprint {
  /** Mount points under the daemon's folders: root file systems, network namespaces, /dev/shm. */
  readonly mounts: readonly string[];
  /** Devices on its bridge. */
  readonly devices: readonly string[];
  /** Elements of the maps and sets of its firewall table but for networks: published ports. */
  readonly forwards: readonly string[];
  readonly cgroups: readonly string[];
  /** Processes that name its folders, or whose root lies in them, beside the daemon. */
  readonly processes: readonly string[];
  /** Folders and files that are named after a container. */
  readonly files: readonly string[];
}

export async function footprintOf(daemon: WherryDaemon): Promise<Footprint> {
  return {
    mounts: mountsUnder(daemon.folder).filter((path) => path !== daemon.dataRoot),
    devices: devicesOf(daemon.bridge),
    forwards: await forwardsOf(daemon.table),
    cgroups: await cgroupsUnder(daemon.cgroupParent),
    processes: processesOf(daemon),
    files: [
      ...named(join(daemon.dataRoot, "containers")),
      ...named(join(daemon.execRoot, "c")),
      ...named(join(daemon.execRoot, "exits")),
    ],
  };
}

/** Waits a while, for the work behind a reply, until nothing is occupied; then tells what is. */
export async function remainsOf(daemon: WherryDaemon, withinMs = 5000): Promise<Partial<Footprint>> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const footprint = await footprintOf(daemon);
    const remains = Object.fromEntries(Object.entries(footprint).filter(([, items]) => items.length > 0));
    if (Object.keys(remains).length === 0 || Date.now() > deadline) return remains;
    await Bun.sleep(50);
  }
}

/** How many file descriptors the daemon has open. */
export function openFiles({ pid }: WherryDaemon): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function mountsUnder(folder: string): string[] {
  const points = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "");
  return points.filter((point) => point.startsWith(`${folder}/`));
}

function devicesOf(bridge: string): string[] {
  const folder = `/sys/class/net/${bridge}/brif`;
  return existsSync(folder) ? readdirSync(folder) : [];
}

async function forwardsOf(table: string): Promise<string[]> {
  const { stdout } = await runCommand(["nft", "-j", "list", "ruleset"]);
  const { nftables } = JSON.parse(stdout || '{"nftables":[]}') as { nftables: readonly NftObject[] };
  return nftables.flatMap(({ map }) =>
    map?.table === table && map.elem ? map.elem.map((element) => JSON.stringify(element)) : [],
  );
}

interface NftObject {
  readonly map?: { readonly table: string; readonly name: string; readonly elem?: readonly unknown[] };
}

async function cgroupsUnder(parent: string): Promise<string[]> {
  const found = await mustRun(["find", "/sys/fs/cgroup", "-mindepth", "2", "-type", "d", "-path", `*${parent}/*`]);
  return found.split("\n").filter(Boolean);
}

function processesOf({ folder, pid: daemonPid }: { folder: string; pid: number }): string[] {
  const pids = readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && Number(name) !== daemonPid && Number(name) !== process.pid,
  );
  return pids.flatMap((pid) => {
    const command = readProc(pid, "cmdline").replaceAll("\0", " ").trim();
    const isOf =
      command.includes(folder) ||
      rootOf(pid).includes(folder) ||
      readProc(pid, "mountinfo").split("\n", 1)[0]!.includes(folder);
    return isOf ? [`${pid} ${command}`] : [];
  });
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return ""; // it has ended meanwhile
  }
}

function rootOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/root`);
  } catch {
    return "";
  }
}

function named(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}
