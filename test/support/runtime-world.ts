import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OciRuntime } from "#drivers/runtime/oci/oci-runtime.ts";
import type { OciRuntimeOptions } from "#drivers/runtime/oci/runtime-context.ts";
import type { ContainerExit, ContainerProcess, ProcessStreams } from "#drivers/runtime/runtime-driver.ts";

const applets =
  "sh true false sleep echo cat id ls head dd env stat tty stty kill mount umount wc yes seq printf chroot test mkdir readlink hostname unshare grep date ulimit ps";

/** A busybox root file system below `folder`. */
export function makeRootfs(folder: string): string {
  const rootfs = join(folder, "rootfs");
  for (const name of ["bin", "etc", "proc", "sys", "dev", "tmp", "root"]) {
    mkdirSync(join(rootfs, name), { recursive: true });
  }
  copyFileSync("/bin/busybox", join(rootfs, "bin/busybox"));
  for (const name of applets.split(" ")) symlinkSync("busybox", join(rootfs, "bin", name));
  writeFileSync(join(rootfs, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n");
  writeFileSync(join(rootfs, "etc/group"), "root:x:0:\nann:x:1000:\nwheel:x:10:root,ann\nwater:x:77:\n");
  return rootfs;
}

/** The folders of one daemon, with a real runtime driver on them. */
export class RuntimeWorld {
  readonly folder = mkdtempSync(join(tmpdir(), "wherry-rt-"));
  readonly rootfs = makeRootfs(this.folder);
  readonly warnings: string[] = [];
  readonly cgroupParent = `/wherry-test-${process.pid}-${this.folder.slice(-6)}`;
  readonly options: OciRuntimeOptions;
  readonly runtime: OciRuntime;
  readonly exits = new Map<string, PromiseWithResolvers<ContainerExit>>();
  #nextId = 1;

  constructor(options: Partial<OciRuntimeOptions> = {}) {
    this.options = {
      bundlesFolder: join(this.folder, "c"),
      exitsFolder: join(this.folder, "exits"),
      runtimeRoot: join(this.folder, "rt"),
      cgroupParent: this.cgroupParent,
      log: { warn: (message) => this.warnings.push(message), debug: () => {} },
      ...options,
    };
    this.runtime = this.newDriver();
  }

  /** Another driver on the same folders, as a daemon makes it after its predecessor was killed. */
  newDriver(): OciRuntime {
    const driver = new OciRuntime(this.options);
    driver.onExit((exit) => this.exitOf(exit.id).resolve(exit));
    return driver;
  }

  process(changes: Partial<ContainerProcess> = {}): ContainerProcess {
    const id = changes.id ?? `t${process.pid}n${this.#nextId++}`;
    return {
      id,
      name: id,
      rootfs: this.rootfs,
      readOnlyRootfs: false,
      args: ["true"],
      env: ["PATH=/bin"],
      workingDir: "/",
      user: "",
      groupAdd: [],
      hostname: "box",
      domainname: "",
      tty: false,
      openStdin: false,
      stdinOnce: false,
      mounts: [],
      devices: [],
      resources: {},
      privileged: false,
      capAdd: [],
      capDrop: [],
      seccomp: "default",
      maskedPaths: ["/proc/kcore", "/proc/keys", "/sys/firmware"],
      readonlyPaths: ["/proc/sys", "/proc/sysrq-trigger"],
      noNewPrivileges: false,
      sysctls: {},
      ulimits: [],
      shmSizeBytes: 65536 * 1024,
      init: false,
      namespaces: { network: "private", pid: "private", ipc: "private", uts: "private", cgroup: "host" },
      annotations: {},
      logPath: join(this.folder, `${id}.log`),
      ...changes,
    };
  }

  exitOf(id: string): PromiseWithResolvers<ContainerExit> {
    const known = this.exits.get(id) ?? Promise.withResolvers<ContainerExit>();
    this.exits.set(id, known);
    return known;
  }

  exit(id: string): Promise<ContainerExit> {
    return this.exitOf(id).promise;
  }

  /** create, attach, start, exit, remove; the output in order of arrival. */
  async run(changes: Partial<ContainerProcess> = {}, input?: string) {
    const wanted = this.process({ openStdin: input !== undefined, stdinOnce: input !== undefined, ...changes });
    await this.runtime.create(wanted);
    try {
      const streams = await this.runtime.attach(wanted.id);
      const output = collect(streams);
      await this.runtime.start(wanted.id);
      if (input !== undefined) {
        await streams.write(Buffer.from(input));
        streams.closeStdin();
      }
      const exit = await this.exit(wanted.id);
      return { ...(await output), exitCode: exit.exitCode, oomKilled: exit.oomKilled };
    } finally {
      await this.runtime.remove(wanted.id);
    }
  }

  /** What is left of containers in the folders and control groups; empty when all were removed. */
  leftovers(): string[] {
    const groups = readdirSync("/sys/fs/cgroup").flatMap((name) =>
      listed(join("/sys/fs/cgroup", name, this.cgroupParent)),
    );
    const own = [this.options.bundlesFolder, this.options.exitsFolder, this.options.runtimeRoot].flatMap(listed);
    return [...own, ...groups].filter(
      (path) =>
        !path.includes("/.") &&
        !/\/(cgroup|memory|cpu|pids|freezer|devices|blkio|cpuset|cpuacct|hugetlb|notify|tasks|io|misc|rdma)[^/]*$/.test(
          path,
        ),
    );
  }

  async close(): Promise<void> {
    this.runtime.close();
    for (const name of readdirSync("/sys/fs/cgroup")) removeFolder(join("/sys/fs/cgroup", name, this.cgroupParent));
    removeFolder(join("/sys/fs/cgroup", this.cgroupParent));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** All output until the end. */
export async function collect(streams: ProcessStreams): Promise<{ stdout: string; stderr: string }> {
  const chunks: Record<1 | 2, Uint8Array[]> = { 1: [], 2: [] };
  const ended = Promise.withResolvers<void>();
  streams.onOutput((stream, chunk) => chunks[stream].push(chunk));
  streams.onEnd(() => ended.resolve());
  await ended.promise;
  return { stdout: Buffer.concat(chunks[1]).toString(), stderr: Buffer.concat(chunks[2]).toString() };
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: false, force: true });
  } catch {
    // Not empty, or no folder of ours.
  }
}
