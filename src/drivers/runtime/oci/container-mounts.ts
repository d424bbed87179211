import type { ContainerProcess, ProcessMount } from "../runtime-driver.ts";
import type { OciMount } from "./oci-spec.ts";

/** /dev/shm, of this size where the container does not share somebody's. */
const sharedMemory = (sizeBytes: number): OciMount => ({
  destination: "/dev/shm",
  type: "tmpfs",
  source: "shm",
  options: ["nosuid", "noexec", "nodev", "mode=1777", `size=${sizeBytes}`],
});

const hostSharedMemory: OciMount = {
  destination: "/dev/shm",
  type: "bind",
  source: "/dev/shm",
  options: ["rbind", "rprivate"],
};

/** docker's mounts in docker's order, then those of the caller; one of the caller's takes the place of a default. */
export function containerMounts(process: ContainerProcess): OciMount[] {
  const taken = new Set(process.mounts.map(({ target }) => target));
  const isTaken = ({ destination }: OciMount) =>
    taken.has(destination) || (taken.has("/dev") && destination.startsWith("/dev/"));
  return [...defaultMounts(process).filter((mount) => !isTaken(mount)), ...process.mounts.map(callersMount)];
}

function defaultMounts({ privileged, readOnlyRootfs, namespaces, shmSizeBytes }: ContainerProcess): OciMount[] {
  const system = privileged && !readOnlyRootfs ? [] : ["ro"];
  const groups = privileged ? ["rw"] : ["ro"];
  const mounts: OciMount[] = [
    { destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"] },
    {
      destination: "/dev",
      type: "tmpfs",
      source: "tmpfs",
      options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
    },
    {
      destination: "/dev/pts",
      type: "devpts",
      source: "devpts",
      options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
    },
    { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", ...system] },
    {
      destination: "/sys/fs/cgroup",
      type: "cgroup",
      source: "cgroup",
      options: [...groups, "nosuid", "noexec", "nodev"],
    },
    { destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: ["nosuid", "noexec", "nodev"] },
  ];
  if (namespaces.ipc === "host") return [...mounts, hostSharedMemory];
  return namespaces.ipc === "none" ? mounts : [...mounts, sharedMemory(shmSizeBytes)];
}

function callersMount({ target, type, source, options }: ProcessMount): OciMount {
  if (type === "tmpfs") return { destination: target, type, source: "tmpfs", options };
  const binds = options.includes("bind") || options.includes("rbind");
  return { destination: target, type, source: source ?? "", options: binds ? options : ["rbind", ...options] };
}

/** A mount that hands on later mounts needs a root file system that does so too. */
export function rootfsPropagation(mounts: readonly ProcessMount[]): string | undefined {
  const options = new Set(mounts.flatMap((mount) => mount.options));
  if (options.has("shared") || options.has("rshared")) return "shared";
  return options.has("slave") || options.has("rslave") ? "rslave" : undefined;
}
