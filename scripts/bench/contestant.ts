import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { busyboxRootfs } from "../../test/support/busybox-image.ts";
import { WherryDaemon, wherryProgram } from "../../test/support/daemon.ts";
import { oracleFolder } from "../../test/support/docker-cli.ts";
import { mustRun, runCommand } from "../../test/support/run-command.ts";
import { dockerCli } from "./docker-cli.ts";

/** An engine in the race. All of them take docker's commands. */
export interface Contestant extends AsyncDisposable {
  readonly name: string;
  /** The command line that rows time; commands of docker are appended. */
  readonly cli: readonly string[];
  /** The engine's own command line, where it has another one than docker's. */
  readonly ownCli?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Flags that a run needs here. */
  readonly runFlags: readonly string[];
  /** Processes of the engine itself while nothing runs; empty when it needs none. */
  readonly daemonPids: () => readonly number[];
  /** Text in the command line of every process that serves its containers. */
  readonly mark: string;
  /** Whether `logs` is asked to keep all by `--log-opt max-size`. */
  readonly capsLogs: boolean;
  readonly image: string;
}

/** Control group of all containers, and of the engines: see cpu-share.ts. */
export const containersCgroup = "/wherry-bench/containers";

export async function wherryContestant(): Promise<Contestant> {
  const daemon = await WherryDaemon.start({ args: ["--cgroup-parent", containersCgroup], execRootInMemory: true });
  return {
    name:
      (await mustRun([wherryProgram, "--version"])).match(/^wherry version [^,\s]+/)?.[0].replace(" version", "") ??
      "wherry",
    cli: [await dockerCli()],
    ownCli: [wherryProgram],
    env: daemon.env,
    runFlags: [],
    daemonPids: () => [daemon.pid],
    mark: daemon.folder,
    capsLogs: true,
    image: "busybox",
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  };
}

/** dockerd 28 of Debian's newest packages, or Debian 12's own 20.10 (`generation: "20"`). */
export async function dockerdContestant(generation: "28" | "20"): Promise<Contestant> {
  const script = join(import.meta.dir, "../oracle/engine");
  const home = mkdtempSync("/tmp/bench-");
  writeFileSync(join(home, "daemon.json"), JSON.stringify({ "cgroup-parent": containersCgroup }));
  const env = { ENGINE: generation };
  const stop = async () => {
    await mustRun([script, "down", home], { env, timeout: 120_000 });
  };
  try {
    for (const name of ["exec", "containerd-state"]) await mountMemory(join(home, name));
    await mustRun([script, "up", home], { env, timeout: 600_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  const host = { DOCKER_HOST: `unix://${join(home, "docker.sock")}`, DOCKER_CONFIG: join(home, "config") };
  const version = await mustRun([await dockerCli(), "version", "--format", "{{.Server.Version}}"], { env: host });
  return {
    name: `dockerd ${version.trim().split("+")[0]}`,
    cli: [await dockerCli()],
    env: host,
    runFlags: [],
    daemonPids: () => ["docker.pid", "containerd.pid"].map((file) => Number(readFileSync(join(home, file), "utf8"))),
    mark: home,
    capsLogs: true,
    image: "busybox",
    [Symbol.asyncDispose]: stop,
  };
}

/** podman of Debian's newest packages; it has no daemon. */
export async function podmanContestant(): Promise<Contestant> {
  const home = mkdtempSync("/tmp/bench-podman-");
  const cli = [join(import.meta.dir, "../oracle/podman")];
  const env = { PODMAN_DIR: home, ORACLE: oracleFolder };
  const table = ["table", "inet", "netavark"];
  const hadTable = (await runCommand(["nft", "list", ...table])).exitCode === 0;
  mkdirSync(join(home, "root"));
  await mountMemory(join(home, "run"));
  await mustRun([...cli, "import", "--change", "CMD sh", "-", "localhost/busybox"], {
    env,
    stdin: await busyboxRootfs(),
    timeout: 600_000,
  });
  const version = await mustRun([...cli, "version", "--format", "{{.Client.Version}}"], { env });
  return {
    name: `podman ${version.trim()}`,
    cli,
    env,
    runFlags: ["--cgroup-parent", containersCgroup],
    daemonPids: () => [],
    mark: home,
    capsLogs: false,
    image: "localhost/busybox",
    async [Symbol.asyncDispose]() {
      await mustRun([...cli, "rm", "-fa", "-t", "0"], { env });
      // podman leaves its rules; those of a podman that was here before are not ours.
      if (!hadTable) await runCommand(["nft", "delete", ...table]);
      const points = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
      for (const point of points.map((line) => line.split(" ")[4] ?? "").toReversed())
        if (point.startsWith(`${home}/`)) await mustRun(["umount", "-l", point]);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What lives as long as the machine is kept in memory by every engine, as /run does on most machines. */
async function mountMemory(folder: string): Promise<void> {
  mkdirSync(folder);
  await mustRun(["mount", "-t", "tmpfs", "-o", "mode=711", "tmpfs", folder]);
}
