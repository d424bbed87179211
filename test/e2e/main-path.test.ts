import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { type DaemonOptions, patience, WherryDaemon } from "../support/daemon.ts";
import { dockerCli, oracleFolder } from "../support/docker-cli.ts";
import { freePort } from "../support/free-port.ts";
import { remainsOf } from "../support/leaks.ts";
import { runCommand } from "../support/run-command.ts";
import { runOnTerminal } from "../support/terminal.ts";

// What nearly everybody does with an engine, with different runtimes below it and on both kinds of control groups.
setDefaultTimeout(60_000 * patience);

/** Set where these tests run inside of the machine that they started themselves. */
const isInside = process.env["WHERRY_TEST_MACHINE"] === "inside";
const newest = join(oracleFolder, "bin");

describe("with the installed crun and conmon", () => mainPath({}));

describe.skipIf(isInside || !existsSync(join(newest, "crun")))("with the newest crun and conmon", () =>
  mainPath({
    env: { PATH: `${newest}:${process.env["PATH"]}` },
    config: { runtimes: { newest: { path: join(newest, "crun") } }, "default-runtime": "newest" },
  }),
);

test.skipIf(isInside)(
  "on a machine with nothing but control groups of version 2",
  async () => {
    // The executable is copied first: its pages come slowly through the shared folder.
    const settings = "WHERRY=/tmp/wherry WHERRY_TEST_MACHINE=inside WHERRY_TEST_PATIENCE=4";
    const command = `cp dist/wherry /tmp/wherry && ${settings} node_modules/.bin/bun test ./test/e2e/main-path.test.ts`;
    const machine = join(import.meta.dir, "../../scripts/vm");
    const { stdout, stderr, exitCode } = await runCommand([machine, "-d", join(import.meta.dir, "../.."), command], {
      timeout: 800_000,
    });
    const failed = `${stdout}${stderr}`.split("\n").filter((line) => /fail\)|✗|error:/.test(line));
    expect([exitCode, failed]).toEqual([0, []]);
    expect(stdout + stderr).toMatch(/\b\d\d pass\b/);
  },
  820_000,
);

function mainPath(options: DaemonOptions): void {
  let daemon: WherryDaemon;
  beforeAll(async () => {
    daemon = await WherryDaemon.start(options);
  });
  afterAll(() => daemon[Symbol.asyncDispose]());

  const inspect = (name: string, format: string) => daemon.mustDocker("inspect", "-f", format, name);

  test("the wanted runtime is the one in use", async () => {
    const { "default-runtime": wanted = "crun" } = (options.config ?? {}) as { "default-runtime"?: string };
    expect(await daemon.mustDocker("info", "-f", "{{.DefaultRuntime}}")).toBe(wanted);
  });

  test("run: output, exit code, nothing left", async () => {
    expect(await daemon.docker("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 42")).toEqual({
      stdout: "out\n",
      stderr: "err\n",
      exitCode: 42,
    });
    expect(await remainsOf(daemon)).toEqual({});
  });

  test("run: a command that is not there and one that cannot run", async () => {
    expect((await daemon.docker("run", "--rm", "busybox", "no-such-command")).exitCode).toBe(127);
    expect((await daemon.docker("run", "--rm", "busybox", "/etc/passwd")).exitCode).toBe(126);
    expect(await remainsOf(daemon)).toEqual({});
  });

  test("run: what is typed arrives, with and without a terminal", async () => {
    const piped = await daemon.dockerWith({ stdin: "one\ntwo\n" }, "run", "--rm", "-i", "busybox", "cat");
    expect(piped.stdout).toBe("one\ntwo\n");
    const argv = [
      dockerCli(),
      "run",
      "--rm",
      "-it",
      "busybox",
      "sh",
      "-c",
      "tty; read word; echo got $word; stty size",
    ];
    const { stdout, exitCode } = await runOnTerminal(argv, { env: daemon.env, typed: "word\r" });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("/dev/pts/0\r\n");
    expect(stdout).toContain("got word\r\n24 80\r\n");
  });

  test("a detached container: logs, exec, inspect, stop, wait, rm", async () => {
    const script = "trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done";
    const id = await daemon.mustDocker("run", "-d", "--name", "job", "busybox", "sh", "-c", script);
    const follower = daemon.startDocker("logs", "-f", "job");
    while (!follower.stdoutSoFar().includes("ready")) await Bun.sleep(20);
    expect(await daemon.mustDocker("ps", "--no-trunc", "--format", "{{.ID}} {{.Names}} {{.State}}")).toBe(
      `${id} job running`,
    );
    expect(await daemon.docker("exec", "job", "sh", "-c", "echo in $$; exit 5")).toMatchObject({ exitCode: 5 });
    expect(await daemon.mustDocker("stop", "job")).toBe("job");
    expect(await daemon.mustDocker("wait", "job")).toBe("3");
    expect((await follower.ended).stdout).toBe("ready\n");
    expect(await inspect("job", "{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}")).toBe("exited 3 false");
    expect(await daemon.mustDocker("rm", "job")).toBe("job");
    expect(await remainsOf(daemon)).toEqual({});
  });

  test("a published port answers on the loopback and on the bridge, and is free afterwards", async () => {
    const port = await freePort();
    const web = "mkdir /www; echo served >/www/index.html; exec httpd -f -p 80 -h /www";
    for (const name of ["web", "web-again"]) {
      await daemon.mustDocker("run", "-d", "--name", name, "-p", `${port}:80`, "busybox", "sh", "-c", web);
      for (const host of ["127.0.0.1", daemon.bridgeAddress])
        expect(await answerOf(`http://${host}:${port}/`)).toBe("served\n");
      expect(await daemon.mustDocker("port", name, "80")).toContain(`0.0.0.0:${port}`);
      await daemon.mustDocker("rm", "-f", name);
    }
    expect(await remainsOf(daemon)).toEqual({});
  });

  test("containers reach each other over the bridge, and none sees only itself", async () => {
    await daemon.mustDocker("run", "-d", "--name", "server", "busybox", "nc", "-l", "-p", "7", "-e", "echo", "hello");
    const address = await inspect("server", "{{.NetworkSettings.IPAddress}}");
    const ask = `for i in 1 2 3 4 5 6 7 8 9; do nc -w 2 ${address} 7 && break; sleep 0.2; done`;
    expect(await daemon.mustDocker("run", "--rm", "busybox", "sh", "-c", ask)).toBe("hello");
    expect(await daemon.mustDocker("run", "--rm", "--network", "none", "busybox", "ls", "/sys/class/net")).toBe("lo");
    await daemon.mustDocker("rm", "-f", "server");
  });

  test("limits of memory, processors and processes are in force", async () => {
    const flags = ["--rm", "-m", "64m", "--cpus", "0.5", "--pids-limit", "50"];
    const read = (v2: string, v1: string) => `cat /sys/fs/cgroup/${v2} 2>/dev/null || cat /sys/fs/cgroup/${v1}`;
    const script = [
      read("memory.max", "memory/memory.limit_in_bytes"),
      read("pids.max", "pids/pids.max"),
      read("cpu.max", "cpu/cpu.cfs_quota_us"),
    ].join("; ");
    const printed = await daemon.mustDocker("run", ...flags, "busybox", "sh", "-c", script);
    expect(printed).toMatch(/^67108864\n50\n50000( 100000)?$/);
  });

  test("a container that takes more memory than it may is killed, and that is told", async () => {
    const greedy = "x=0123456789abcdef; while :; do x=$x$x; done";
    const { exitCode } = await daemon.docker(
      "run",
      "--name",
      "greedy",
      "-m",
      "32m",
      "--memory-swap",
      "32m",
      "busybox",
      "sh",
      "-c",
      greedy,
    );
    expect(exitCode).toBe(137);
    expect(await inspect("greedy", "{{.State.OOMKilled}} {{.State.ExitCode}}")).toBe("true 137");
    await daemon.mustDocker("rm", "greedy");
  });

  test("capabilities, seccomp and namespaces are what docker gives", async () => {
    const script = "grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status; hostname; echo $$; unshare -m true 2>&1";
    const { stdout } = await daemon.docker("run", "--rm", "-h", "inside", "busybox", "sh", "-c", script);
    expect(stdout).toContain("CapEff:\t00000000a80425fb\nNoNewPrivs:\t0\nSeccomp:\t2\ninside\n1\n");
    expect(stdout).toContain("Operation not permitted");
  });

  test("volumes and binds keep what was written", async () => {
    await daemon.mustDocker("run", "--rm", "-v", "kept:/data", "busybox", "sh", "-c", "echo text >/data/file");
    expect(await daemon.mustDocker("run", "--rm", "-v", "kept:/data:ro", "busybox", "cat", "/data/file")).toBe("text");
    const bind = `${daemon.dataRoot}/volumes/kept/_data:/bound:ro`;
    expect((await daemon.docker("run", "--rm", "-v", bind, "busybox", "touch", "/bound/x")).exitCode).toBe(1);
    await daemon.mustDocker("volume", "rm", "kept");
  });

  test("pause, unpause, top, kill, restart", async () => {
    await daemon.mustDocker("run", "-d", "--name", "job", "busybox", "sleep", "1000");
    await daemon.mustDocker("pause", "job");
    expect(await inspect("job", "{{.State.Status}}")).toBe("paused");
    await daemon.mustDocker("unpause", "job");
    expect(await daemon.mustDocker("top", "job")).toContain("sleep 1000");
    await daemon.mustDocker("restart", "-t", "0", "job");
    expect(await inspect("job", "{{.State.Status}}")).toBe("running");
    await daemon.mustDocker("kill", "job");
    expect(await daemon.mustDocker("wait", "job")).toBe("137");
    await daemon.mustDocker("rm", "job");
    expect(await remainsOf(daemon)).toEqual({});
  });

  test("kill -9 of the daemon loses no line, no exit code and no container", async () => {
    const lines = isInside ? 3000 : 20_000;
    const script = `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo $i; done; exit 7`;
    const kinds = { plain: [], terminal: ["-t"] };
    for (const [name, flags] of Object.entries(kinds))
      await daemon.mustDocker("run", "-d", "--name", name, ...flags, "busybox", "sh", "-c", script);
    for (let round = 0; round < 3; round++) {
      await Bun.sleep(Math.random() * 100);
      await daemon.kill9();
      await daemon.launch();
    }
    const expected = Array.from({ length: lines }, (_, index) => `${index + 1}\n`).join("");
    for (const name of Object.keys(kinds)) {
      expect(await daemon.mustDocker("wait", name)).toBe("7");
      const { stdout } = await daemon.docker("logs", name);
      expect(stdout.replaceAll("\r", "") === expected).toBe(true);
    }
    await daemon.mustDocker("rm", ...Object.keys(kinds));
    expect(await remainsOf(daemon)).toEqual({});
  });
}

async function answerOf(url: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (attempt === 100) throw error;
      await Bun.sleep(50);
    }
  }
}
