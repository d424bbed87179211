import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { JsonFileLog } from "#drivers/log/json-file/json-file-log.ts";
import { type ExecProcess, type ProcessStreams, RuntimeError } from "#drivers/runtime/runtime-driver.ts";
import { collect, RuntimeWorld } from "../support/runtime-world.ts";

const { SIGKILL, SIGTERM, SIGUSR1 } = constants.signals;
/** Another folder with crun, runc and conmon than the system's, to try other versions. */
const tools = process.env["WHERRY_TEST_TOOLS"];
const program = (name: string) =>
  (tools ? [tools] : ["/usr/bin", "/usr/sbin"]).map((folder) => join(folder, name)).find((path) => existsSync(path));
const monitorPath = program("conmon");
const isReady = process.getuid?.() === 0 && monitorPath !== undefined && existsSync("/bin/busybox");
const installed = ["crun", "runc"].filter((name) => program(name) !== undefined);

const execOf = (changes: Partial<ExecProcess>): ExecProcess => ({
  execId: "x",
  args: ["true"],
  env: ["PATH=/bin"],
  workingDir: "/",
  user: "",
  tty: false,
  privileged: false,
  stdin: false,
  output: true,
  ...changes,
});

/** Waits until the output contains the text. */
function seen(streams: ProcessStreams, text: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let all = "";
  streams.onOutput((_, chunk) => {
    all += Buffer.from(chunk).toString();
    if (all.includes(text)) resolve(all);
  });
  return promise;
}

async function failure(work: Promise<unknown>): Promise<RuntimeError> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(RuntimeError);
  return error as RuntimeError;
}

const hasResourceCapability = () =>
  ((BigInt(`0x${/^CapEff:\s+(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]}`) >> 24n) & 1n) === 1n;

const eventually = async (holds: () => boolean, patienceMs = 5000) => {
  for (const until = Date.now() + patienceMs; !holds(); await Bun.sleep(5)) {
    if (Date.now() > until) throw new Error("it did not come true");
  }
};

describe.skipIf(!isReady).each(installed)("%s under conmon (needs root, conmon and busybox)", (name) => {
  let world: RuntimeWorld;
  beforeAll(async () => {
    world = new RuntimeWorld({ defaultRuntime: name, runtimes: { [name]: program(name)! }, monitorPath });
    await world.runtime.open();
  });
  afterAll(async () => {
    const leftovers = world.leftovers();
    await world.close();
    expect(leftovers).toEqual([]);
  });
  const shell = (script: string) => ["sh", "-c", script];

  test("output comes by stream, then its end, and the exit code", async () => {
    const result = await world.run({ args: shell("echo out; echo err >&2; exit 7") });
    expect(result).toEqual({ stdout: "out\n", stderr: "err\n", exitCode: 7, oomKilled: false });
    expect(world.leftovers()).toEqual([]);
  });

  test("all output of a quick and loud container arrives", async () => {
    const { stdout } = await world.run({ args: shell("seq 1 200000") });
    expect(stdout.split("\n").length).toBe(200_001);
    expect(stdout.endsWith("199999\n200000\n")).toBe(true);
  });

  test("input of any size arrives whole and its end is the container's end of input", async () => {
    const input = "0123456789abcdef".repeat(65536);
    expect((await world.run({ args: ["wc", "-c"] }, input)).stdout.trim()).toBe(String(input.length));
    expect((await world.run({ args: ["cat"] }, input)).stdout).toBe(input);
  });

  test("stdin that is to stay open outlives its clients", async () => {
    const wanted = world.process({ args: ["cat"], openStdin: true });
    await world.runtime.create(wanted);
    const first = await world.runtime.attach(wanted.id);
    await world.runtime.start(wanted.id);
    const answer = seen(first, "one\n");
    expect(await first.write(Buffer.from("one\n"))).toBe(true);
    await answer;
    first.closeStdin();
    first.close();
    const second = await world.runtime.attach(wanted.id);
    const answered = seen(second, "two\n");
    await second.write(Buffer.from("two\n"));
    await answered;
    await world.runtime.remove(wanted.id);
  });

  test("a client that only listens does not close the stdin of another when it leaves", async () => {
    const wanted = world.process({ args: ["cat"], openStdin: true, stdinOnce: true });
    await world.runtime.create(wanted);
    const writer = await world.runtime.attach(wanted.id);
    const listener = await world.runtime.attach(wanted.id);
    await world.runtime.start(wanted.id);
    listener.close();
    await Bun.sleep(20);
    const answer = seen(writer, "still\n");
    await writer.write(Buffer.from("still\n"));
    await answer;
    writer.closeStdin();
    expect((await world.exit(wanted.id)).exitCode).toBe(0);
    await world.runtime.remove(wanted.id);
  });

  test("without stdin there is nothing to write to", async () => {
    const wanted = world.process({ args: ["cat"] });
    await world.runtime.create(wanted);
    const streams = await world.runtime.attach(wanted.id);
    expect(await streams.write(Buffer.from("x"))).toBe(false);
    await world.runtime.remove(wanted.id);
  });

  test("a terminal has the size it was given and follows each change, the last one included", async () => {
    const wanted = world.process({
      args: ["sh"],
      tty: true,
      openStdin: true,
      terminalSize: { rows: 33, columns: 99 },
    });
    await world.runtime.create(wanted);
    const streams = await world.runtime.attach(wanted.id);
    let all = "";
    streams.onOutput((_, chunk) => {
      all += Buffer.from(chunk).toString();
    });
    await world.runtime.start(wanted.id);
    // runc leaves the size at start to whoever holds the terminal.
    if (name === "runc") await world.runtime.resize(wanted.id, { rows: 33, columns: 99 });
    await streams.write(Buffer.from("stty size; tty\n"));
    await eventually(() => /33 99\r\n\/dev\/(pts\/0|console)/.test(all));
    await Promise.all([1, 2, 3, 4, 5].map((n) => world.runtime.resize(wanted.id, { rows: n, columns: n * 10 })));
    await Bun.sleep(20);
    await streams.write(Buffer.from("stty size; exit 3\n"));
    expect((await world.exit(wanted.id)).exitCode).toBe(3);
    await eventually(() => all.includes("5 50\r\n"));
    await world.runtime.remove(wanted.id);
  });

  test("a signal reaches the first process, and none reaches one that has ended", async () => {
    const wanted = world.process({
      args: shell("trap 'echo usr1' USR1; trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done"),
    });
    await world.runtime.create(wanted);
    const streams = await world.runtime.attach(wanted.id);
    const ready = seen(streams, "ready");
    await world.runtime.start(wanted.id);
    await ready;
    const answer = seen(streams, "usr1");
    expect(world.runtime.signal(wanted.id, SIGUSR1)).toBe("sent");
    await answer;
    world.runtime.signal(wanted.id, SIGTERM);
    expect((await world.exit(wanted.id)).exitCode).toBe(5);
    expect(world.runtime.signal(wanted.id, SIGTERM)).toBe("gone");
    await world.runtime.remove(wanted.id);
    expect(world.runtime.signal(wanted.id, SIGTERM)).toBe("gone");
  });

  test("death by a signal is 128 and its number", async () => {
    const wanted = world.process({ args: ["sleep", "100"] });
    await world.runtime.create(wanted);
    await world.runtime.start(wanted.id);
    world.runtime.signal(wanted.id, SIGKILL);
    expect((await world.exit(wanted.id)).exitCode).toBe(137);
    await world.runtime.remove(wanted.id);
  });

  test("a program that cannot be started is told as docker tells it, and nothing is left", async () => {
    writeFileSync(join(world.rootfs, "etc/plain"), "no program\n", { mode: 0o644 });
    const start = "runc create failed: unable to start container process: error during container init: ";
    const cases = [
      [["nope"], "executable-not-found", `${start}exec: "nope": executable file not found in $PATH`],
      [["/none"], "executable-not-found", `${start}exec: "/none": stat /none: no such file or directory`],
      [["/etc/plain"], "permission-denied", `${start}exec: "/etc/plain": permission denied`],
    ] as const;
    for (const [args, reason, detail] of cases) {
      const error = await failure(world.run({ args }));
      expect(error).toMatchObject({ reason, detail });
    }
    const folder = await failure(world.run({ args: ["/etc"] }));
    expect(folder.reason).toBe("permission-denied");
    expect(world.leftovers()).toEqual([]);
  });

  test("a mount that fails is told with its source and target, and nothing is left", async () => {
    const mounts = [{ target: "/data", type: "bind" as const, source: "/no/such/folder", options: ["rbind"] }];
    const error = await failure(world.run({ mounts }));
    expect(error.reason).toBe("other");
    // runc 1.3 names no target here.
    expect(error.detail).toMatch(
      /(error mounting "\/no\/such\/folder" to rootfs at "\/data"|open \/no\/such\/folder): (.*: )?no such file or directory/,
    );
    expect(world.leftovers()).toEqual([]);
  });

  test("an unknown user or group is told before any runtime is called", async () => {
    expect(await failure(world.run({ user: "nobody-here" }))).toMatchObject({
      reason: "description",
      detail: "unable to find user nobody-here: no matching entries in passwd file",
    });
    expect((await failure(world.run({ user: "root:no-group" }))).detail).toBe(
      "unable to find group no-group: no matching entries in group file",
    );
    expect(world.leftovers()).toEqual([]);
  });

  test("the user has his groups and his home", async () => {
    const { stdout } = await world.run({ user: "ann", groupAdd: ["water"], args: shell("id; echo $HOME") });
    expect(stdout).toContain("uid=1000(ann) gid=1000(ann)");
    expect(stdout).toMatch(/groups=.*10\(wheel\)/);
    expect(stdout).toMatch(/groups=.*77\(water\)/);
    expect(stdout).toEndWith("/home/ann\n");
  });

  test("the seccomp filter is in force, the harvested one as well as the compiled one", async () => {
    // unshare(2) needs a capability that a container lacks; the kernel and the filter both say EPERM. chroot may be
    // called but a profile can take it away, and only the filter then says ENOSYS.
    const profile = JSON.stringify({
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["chroot"], action: "SCMP_ACT_ERRNO", errnoRet: 38 }],
    });
    const script = "grep -E '^Seccomp(_filters)?:' /proc/self/status; chroot / true 2>&1; unshare -U true 2>&1";
    for (const round of [1, 2, 3]) {
      const standard = await world.run({ args: shell(script) });
      expect([round, standard.stdout]).toEqual([
        round,
        expect.stringMatching(/^Seccomp:\t2\nSeccomp_filters:\t1\nunshare: .*Operation not permitted/),
      ]);
      const own = await world.run({ args: shell(script), seccomp: profile });
      expect([round, own.stdout]).toEqual([round, expect.stringContaining("Function not implemented")]);
    }
    const free = await world.run({ args: shell(script), seccomp: "unconfined" });
    expect(free.stdout).toStartWith("Seccomp:\t0\n");
  });

  test("capabilities, masked and read-only paths are docker's", async () => {
    const { stdout } = await world.run({
      args: shell(
        "grep CapBnd /proc/self/status; cat /proc/keys | wc -c; echo x > /proc/sys/kernel/hostname || echo kept; hostname",
      ),
    });
    expect(stdout).toContain("CapBnd:\t00000000a80425fb\n0\nkept\nbox\n");
    const dropped = await world.run({
      args: shell("grep CapBnd /proc/self/status"),
      capDrop: ["ALL"],
      capAdd: ["chown"],
    });
    expect(dropped.stdout).toBe("CapBnd:\t0000000000000001\n");
  });

  test("a privileged container has what the daemon has and no more", async () => {
    const own = /^CapBnd:.*$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[0];
    const { stdout } = await world.run({
      args: shell("grep -E 'CapBnd|Seccomp:' /proc/self/status"),
      privileged: true,
    });
    expect(stdout).toBe(`${own}\nSeccomp:\t0\n`);
  });

  test("limits that the daemon may not raise are lowered with one warning", async () => {
    const { stdout } = await world.run({
      args: shell("ulimit -n"),
      ulimits: [{ name: "nofile", soft: 512, hard: 1024 }],
    });
    expect(stdout).toBe("512\n");
    if (hasResourceCapability()) return;
    const hard = Number(/^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]);
    const high = { ulimits: [{ name: "nofile", soft: hard + 1, hard: hard + 1 }] };
    for (const _ of [1, 2]) expect((await world.run({ args: shell("ulimit -Hn"), ...high })).stdout).toBe(`${hard}\n`);
    expect(world.warnings.filter((warning) => warning.includes("nofile"))).toHaveLength(1);
  });

  test("a container that eats more memory than it may is killed and said to be out of memory", async () => {
    const bytes = 16 * 1024 * 1024;
    const result = await world.run({
      args: shell("head -c 100m /dev/zero | tail -c 90m; x=$(yes | head -c 64m); echo $?"),
      resources: { memoryBytes: bytes, memorySwapBytes: bytes },
    });
    expect(result.oomKilled).toBe(true);
  });

  test("limits arrive in the control group", async () => {
    const wanted = world.process({ args: ["sleep", "100"], resources: { pidsLimit: 42, nanoCpus: 500_000_000 } });
    await world.runtime.create(wanted);
    const pids = readdirSync("/sys/fs/cgroup").map((folder) =>
      join("/sys/fs/cgroup", folder, world.cgroupParent, wanted.id, "pids.max"),
    );
    const found = [...pids, join("/sys/fs/cgroup", world.cgroupParent, wanted.id, "pids.max")].filter((path) =>
      existsSync(path),
    );
    expect(found.map((path) => readFileSync(path, "utf8").trim())).toContain("42");
    await world.runtime.remove(wanted.id);
  });

  test("a paused container stands still, and can be killed", async () => {
    const wanted = world.process({ args: shell("while :; do echo tick; sleep 0.01; done") });
    await world.runtime.create(wanted);
    const streams = await world.runtime.attach(wanted.id);
    let ticks = 0;
    streams.onOutput(() => ticks++);
    await world.runtime.start(wanted.id);
    await eventually(() => ticks > 2);
    await world.runtime.pause(wanted.id);
    await Bun.sleep(30);
    const before = ticks;
    await Bun.sleep(100);
    expect(ticks).toBe(before);
    await world.runtime.unpause(wanted.id);
    await eventually(() => ticks > before);
    await world.runtime.pause(wanted.id);
    await world.runtime.remove(wanted.id);
    expect((await world.exit(wanted.id)).exitCode).toBe(137);
  });

  test("all processes of a container are listed, and removing it ends them all", async () => {
    const wanted = world.process({
      args: shell("sleep 100 & sleep 100 & wait"),
      namespaces: { network: "private", pid: "host", ipc: "private", uts: "private", cgroup: "host" },
    });
    const { pid } = await world.runtime.create(wanted);
    await world.runtime.start(wanted.id);
    await eventually(() => world.runtime.pids(wanted.id).length === 3);
    const pids = world.runtime.pids(wanted.id);
    expect(pids).toContain(pid);
    await world.runtime.remove(wanted.id);
    await world.runtime.remove(wanted.id);
    await eventually(() => pids.every((pid) => !existsSync(`/proc/${pid}`)));
  });

  test("an exit is told once", async () => {
    let told = 0;
    world.runtime.onExit((exit) => {
      told++;
      world.exitOf(exit.id).resolve(exit);
    });
    await world.run();
    await Bun.sleep(100);
    expect(told).toBe(1);
  });

  test("a slow client holds output back within a bound, and does not hide the end of the container", async () => {
    const wanted = world.process({ args: shell("head -c 4000000 /dev/zero; sleep 100") });
    await world.runtime.create(wanted);
    const streams = await world.runtime.attach(wanted.id);
    let bytes = 0;
    let hasEnded = false;
    streams.onOutput((_, chunk) => {
      bytes += chunk.length;
    });
    streams.onEnd(() => {
      hasEnded = true;
    });
    streams.pause();
    await world.runtime.start(wanted.id);
    await eventually(() => statSync(wanted.logPath!).size > 1_000_000);
    expect(bytes).toBe(0);
    world.runtime.signal(wanted.id, SIGKILL);
    expect((await world.exit(wanted.id)).exitCode).toBe(137);
    streams.resume();
    await eventually(() => hasEnded);
    expect(bytes).toBeGreaterThan(900_000);
    await world.runtime.remove(wanted.id);
  });

  test("a client that reads on after a pause gets everything", async () => {
    const wanted = world.process({ args: shell("yes | head -c 6000000") });
    await world.runtime.create(wanted);
    const streams = await world.runtime.attach(wanted.id);
    const output = collect(streams);
    streams.pause();
    await world.runtime.start(wanted.id);
    await Bun.sleep(200);
    streams.resume();
    expect((await output).stdout.length).toBe(6_000_000);
    await world.exit(wanted.id);
    await world.runtime.remove(wanted.id);
  });

  describe("exec", () => {
    let id: string;
    beforeAll(async () => {
      const wanted = world.process({ args: ["sleep", "1000"] });
      id = wanted.id;
      await world.runtime.create(wanted);
      await world.runtime.start(id);
    });
    afterAll(() => world.runtime.remove(id));

    const exec = async (changes: Partial<ExecProcess>, input?: string) => {
      const running = await world.runtime.exec(id, execOf({ stdin: input !== undefined, ...changes }));
      const output = collect(running.streams);
      if (input !== undefined) {
        await running.streams.write(Buffer.from(input));
        running.streams.closeStdin();
      }
      return { ...(await running.exited), ...(await output), pid: running.pid };
    };

    test("has its own streams, exit code and pid", async () => {
      const result = await exec({ args: shell("echo out; echo err >&2; exit 9") });
      expect(result).toEqual({ stdout: "out\n", stderr: "err\n", exitCode: 9, pid: expect.any(Number) });
      expect(result.pid).toBeGreaterThan(1);
    });

    test("can open its streams by name, as only pipes can", async () => {
      const result = await exec({ args: shell("cat /dev/stdin > /dev/stdout; echo e > /dev/stderr") }, "hello");
      expect(result).toMatchObject({ stdout: "hello", stderr: "e\n", exitCode: 0 });
    });

    test("takes and gives a lot", async () => {
      const input = "x".repeat(5_000_000);
      expect((await exec({ args: ["wc", "-c"] }, input)).stdout.trim()).toBe("5000000");
      expect((await exec({ args: shell("head -c 20000000 /dev/zero") })).stdout.length).toBe(20_000_000);
    });

    test("that cannot start is told as docker tells it, without the runtime's words in its output", async () => {
      const start = "exec failed: unable to start container process: ";
      const missing = { exitCode: 127, message: `${start}exec: "nope": executable file not found in $PATH` };
      expect(await exec({ args: ["nope"] })).toMatchObject({ ...missing, stdout: "", stderr: "" });
      expect(await exec({ args: ["nope"], tty: true })).toMatchObject({ ...missing, stdout: "", stderr: "" });
      expect(await exec({ args: ["/etc/passwd"] })).toMatchObject({
        exitCode: 126,
        message: `${start}exec: "/etc/passwd": permission denied`,
      });
      expect(await exec({ workingDir: "/no/dir" })).toMatchObject({
        exitCode: 127,
        message: expect.stringContaining(
          `chdir to cwd ("/no/dir") set in config.json failed: no such file or directory`,
        ),
      });
    });

    test("runs under the container's filter and capabilities", async () => {
      const { stdout } = await exec({
        args: shell("grep -E 'CapBnd|Seccomp:' /proc/self/status; unshare -U true 2>&1"),
      });
      expect(stdout).toContain("CapBnd:\t00000000a80425fb\nSeccomp:\t2\n");
      expect(stdout).toContain("Operation not permitted");
    });

    test("runs as another user", async () => {
      const { stdout } = await exec({ args: shell("id -u; echo $HOME"), user: "ann" });
      expect(stdout).toBe("1000\n/home/ann\n");
      expect((await failure(exec({ user: "stranger" }))).detail).toContain("unable to find user stranger");
    });

    test("has a terminal of the wanted size, and the size can change", async () => {
      const running = await world.runtime.exec(
        id,
        execOf({ args: ["sh"], tty: true, stdin: true, terminalSize: { rows: 21, columns: 43 } }),
      );
      let all = "";
      running.streams.onOutput((_, chunk) => {
        all += Buffer.from(chunk).toString();
      });
      await running.resize({ rows: 21, columns: 43 });
      await running.streams.write(Buffer.from("stty size\n"));
      await eventually(() => all.includes("21 43\r\n"));
      await running.resize({ rows: 10, columns: 20 });
      await running.streams.write(Buffer.from("stty size; exit 4\n"));
      expect((await running.exited).exitCode).toBe(4);
      await eventually(() => all.includes("10 20\r\n"));
    });

    test("ends although a process it left behind holds its output", async () => {
      const begun = performance.now();
      expect(await exec({ args: shell("sleep 3 & echo left") })).toMatchObject({ stdout: "left\n", exitCode: 0 });
      // runc stands between us and the pipes and waits for them itself.
      if (name === "crun") expect(performance.now() - begun).toBeLessThan(2000);
    });

    test("leaves no descriptor open", async () => {
      const open = () => readdirSync("/proc/self/fd").length;
      await exec({ args: ["true"] });
      await exec({ args: ["true"], tty: true });
      await Bun.sleep(50);
      const before = open();
      for (let round = 0; round < 5; round++) {
        await exec({ args: ["cat"] }, "x");
        await exec({ args: ["true"], tty: true });
        await exec({ args: ["nope"] });
      }
      await eventually(() => open() <= before);
    });
  });

  test("after the daemon was killed its successor knows what runs, what has ended and how, and what is gone", async () => {
    const script =
      "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; while [ ! -e /tmp/go ]; do sleep 0.02; done; exit 33";
    const running = world.process({ args: shell(script) });
    const terminal = world.process({ args: ["sh"], tty: true, openStdin: true });
    const ended = world.process({ args: shell("exit 12") });
    const created = world.process();
    const { log: _, ...options } = world.options;
    const start = [running, terminal, ended].map((process) => ({ process, start: true }));
    const daemon = Bun.spawn(
      [
        "bun",
        "test/support/killed-daemon.ts",
        JSON.stringify(options),
        JSON.stringify([...start, { process: created, start: false }]),
      ],
      { stdout: "pipe", stderr: "inherit" },
    );
    const { value } = await daemon.stdout.getReader().read();
    expect(Buffer.from(value ?? []).toString()).toBe("ready\n");
    daemon.kill("SIGKILL");
    await daemon.exited;
    await eventually(() => existsSync(join(world.options.exitsFolder, ended.id)));

    const successor = world.newDriver();
    await successor.open();
    const fates = await successor.restore([running.id, terminal.id, ended.id, created.id, "never-was"]);
    expect(fates.get(ended.id)).toMatchObject({ status: "exited", exitCode: 12, oomKilled: false });
    expect(fates.get(running.id)?.status).toBe("running");
    expect(fates.get(terminal.id)?.status).toBe("running");
    expect(fates.get(created.id)?.status).toBe("created");
    expect(fates.get("never-was")).toEqual({ status: "gone" });

    writeFileSync(join(world.rootfs, "tmp/go"), "");
    const streams = await successor.attach(terminal.id);
    const answer = seen(streams, "hello 42");
    await streams.write(Buffer.from("echo hello $((40+2))\n"));
    await answer;
    const inside = await successor.exec(terminal.id, execOf({ args: shell("exit 6") }));
    expect((await inside.exited).exitCode).toBe(6);
    await successor.start(created.id);
    expect((await world.exit(created.id)).exitCode).toBe(0);
    expect((await world.exit(running.id)).exitCode).toBe(33);
    expect(await linesOf(running.logPath)).toEqual(Array.from({ length: 20_000 }, (_, index) => `line ${index}`));
    for (const { id } of [running, terminal, ended, created]) await successor.remove(id);
    successor.close();
    expect(world.leftovers()).toEqual([]);
  }, 30_000);

  test("when the monitor is killed the container goes too and its exit is told", async () => {
    const wanted = world.process({ args: ["sleep", "100"] });
    const { pid } = await world.runtime.create(wanted);
    await world.runtime.start(wanted.id);
    const monitor = Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    process.kill(monitor, "SIGKILL");
    expect((await world.exit(wanted.id)).exitCode).toBe(255);
    await eventually(() => world.runtime.pids(wanted.id).length === 0);
    await world.runtime.remove(wanted.id);
  });

  test("rotation under full load loses no line and doubles none, for readers before, during and after", async () => {
    const log = new JsonFileLog();
    const stop = join(world.rootfs, "tmp/stop");
    rmSync(stop, { force: true });
    // Bursts at full speed, with room between them for compressing on slow machines.
    const burst = "seq $((i*10000+1)) $((i*10000+10000)); sleep 0.05";
    const wanted = world.process({ args: shell(`i=0; while [ ! -e /tmp/stop ]; do ${burst}; i=$((i+1)); done`) });
    const path = wanted.logPath!;
    await world.runtime.create(wanted);
    const hasExited = () => existsSync(join(world.options.exitsFolder, wanted.id));
    const options = { stdout: true, stderr: true, signal: new AbortController().signal, ended: hasExited };
    const numbers = async (follow: boolean) => {
      const texts: string[] = [];
      for await (const lines of log.read(path, { ...options, follow })) {
        texts.push(...lines.map(({ data }) => Buffer.from(data).toString().trimEnd()));
      }
      return texts;
    };
    const following = numbers(true);
    await world.runtime.start(wanted.id);
    let rotations = 0;
    const bounds = { maxSizeBytes: 400_000, maxFiles: 100, compress: true };
    while (!hasExited()) {
      await log
        .rotate(path, bounds, async () => {
          rotations++;
          if (rotations === 4) writeFileSync(stop, "");
          await world.runtime.reopenLog(wanted.id);
        })
        .catch((error: unknown) => {
          if (!hasExited()) throw error;
        });
      await Bun.sleep(1);
    }
    const all = await numbers(false);
    expect(all.length % 10_000).toBe(0);
    expect(all).toEqual(Array.from({ length: all.length }, (_, index) => String(index + 1)));
    expect(await following).toEqual(all);
    await world.runtime.remove(wanted.id);
    await log.remove(path);
  }, 120_000);

  async function linesOf(path: string | undefined): Promise<string[]> {
    const log = new JsonFileLog();
    const { signal } = new AbortController();
    const lines: string[] = [];
    const options = { stdout: true, stderr: true, follow: false, signal, ended: () => true };
    for await (const batch of log.read(path!, options)) {
      lines.push(...batch.map(({ data }) => Buffer.from(data).toString().trimEnd()));
    }
    return lines;
  }
});
