import { lstatSync, readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { type ProcessDevice, RuntimeError } from "../runtime-driver.ts";
import type { OciDevice, OciDeviceRule } from "./oci-spec.ts";

/** Nothing but zero, null, urandom, random, tty and console; fuse is named because older runtimes would allow it. */
export const defaultDeviceRules: readonly OciDeviceRule[] = [
  { allow: false, access: "rwm" },
  ...(
    [
      [1, 5],
      [1, 3],
      [1, 9],
      [1, 8],
      [5, 0],
      [5, 1],
    ] as const
  ).map(([major, minor]) => ({ allow: true, type: "c" as const, major, minor, access: "rwm" })),
  { allow: false, type: "c", major: 10, minor: 229, access: "rwm" },
];

export const everyDeviceRule: OciDeviceRule = { allow: true, access: "rwm" };

export interface GatheredDevices {
  readonly devices: readonly OciDevice[];
  readonly rules: readonly OciDeviceRule[];
}

/** The nodes and rules for the devices a container was promised; a folder stands for all devices below it. */
export function gatherDevices(wanted: readonly ProcessDevice[]): GatheredDevices {
  const devices = wanted.flatMap(({ hostPath, containerPath }) => devicesAt(hostPath, containerPath));
  const rules = wanted.flatMap(({ hostPath, containerPath, permissions }) =>
    devicesAt(hostPath, containerPath).map(({ type, major, minor }) => ({
      allow: true,
      type: type === "b" ? ("b" as const) : ("c" as const),
      major,
      minor,
      access: permissions || "rwm",
    })),
  );
  return { devices, rules };
}

/** Every device of the host, for a privileged container. What the runtime makes itself is left out. */
export function hostDevices(): OciDevice[] {
  return below("/dev", "/dev").filter(({ path }) => !madeByRuntime.has(path));
}

const madeByRuntime: ReadonlySet<string> = new Set([
  "/dev/console",
  "/dev/full",
  "/dev/null",
  "/dev/ptmx",
  "/dev/random",
  "/dev/tty",
  "/dev/urandom",
  "/dev/zero",
]);
/** Mounts of their own inside /dev, and what other container tools leave there. */
const skippedFolders: ReadonlySet<string> = new Set(["pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev"]);

function devicesAt(hostPath: string, containerPath: string): OciDevice[] {
  let stat: Stats;
  try {
    stat = statSync(hostPath);
  } catch (error) {
    throw deviceError(hostPath, "no such file or directory", error);
  }
  if (stat.isDirectory()) return below(hostPath, containerPath);
  const device = deviceOf(stat, containerPath);
  if (!device) throw deviceError(hostPath, "not a device node");
  return [device];
}

function below(hostFolder: string, containerFolder: string): OciDevice[] {
  return readdirSync(hostFolder).flatMap((name) => {
    const path = join(hostFolder, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat || stat.isSymbolicLink()) return [];
    if (stat.isDirectory()) return skippedFolders.has(name) ? [] : below(path, join(containerFolder, name));
    const device = deviceOf(stat, join(containerFolder, name));
    return device ? [device] : [];
  });
}

function deviceOf(stat: Stats, path: string): OciDevice | undefined {
  const type = stat.isBlockDevice() ? "b" : stat.isCharacterDevice() ? "c" : undefined;
  if (!type) return undefined;
  const { major, minor } = deviceNumber(stat.rdev);
  return { type, path, major, minor, fileMode: stat.mode & 0o777, uid: stat.uid, gid: stat.gid };
}

/** glibc's packing: 12 + 20 bits of the major and 8 + 12 of the minor number, interleaved. */
export function deviceNumber(rdev: number): { major: number; minor: number } {
  const wide = BigInt(rdev);
  return {
    major: Number(((wide >> 8n) & 0xfffn) | ((wide >> 32n) & 0xfffff000n)),
    minor: Number((wide & 0xffn) | ((wide >> 12n) & 0xffffff00n)),
  };
}

function deviceError(path: string, why: string, cause?: unknown): RuntimeError {
  const message = `error gathering device information while adding custom device "${path}": ${why}`;
  return new RuntimeError(message, message, { reason: "description", cause });
}
