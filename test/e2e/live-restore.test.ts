import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import process from "node:process";
import { WherryDaemon } from "../support/daemon.ts";
import { freePort } from "../support/free-port.ts";
import { remainsOf } from "../support/leaks.ts";

setDefaultTimeout(120_000);

let daemon: WherryDaemon;
beforeAll(async () => {
  daemon = await WherryDaemon.start();
});
afterAll(() => daemon[Symbol.asyncDispose]());
afterEach(removeAll);

/** Ends the daemon as a crash does, leaves it dead for a while, and starts it again. */
async function crash(deadMs = 0): Promise<void> {
  await daemon.kill9();
  await Bun.sleep(deadMs);
  await daemon.launch();
}

const upTo = (milliseconds: number) => Math.round(Math.random() * milliseconds);

const countTo = (lines: number, exitCode: number) =>
  `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo line $i; done; exit ${exitCode}`;

/** The first place where the lines are not `line 1`, `line 2`, … up to the last; undefined when they are. */
function firstWrongLine(text: string, lines: number): string | undefined {
  const printed = text.split("\n");
  if (printed.at(-1) === "") printed.pop();
  for (let index = 0; index < Math.max(lines, printed.length); index++)
    if (printed[index] !== `line ${index + 1}` || index >= lines)
      return `line ${index + 1} of ${lines} is ${JSON.stringify(printed[index])} after ${JSON.stringify(printed[index - 1])}`;
  return undefined;
}

describe("output and exit codes", () => {
  test("no line is lost or doubled when the daemon is killed at random moments", async () => {
    const lines = 60_000;
    const kinds = { plain: [], terminal: ["-t"], bare: ["--network", "none"] };
    for (const [name, flags] of Object.entries(kinds))
      await daemon.mustDocker("run", "-d", "--name", name, ...flags, "busybox", "sh", "-c", countTo(lines, 7));
    const moments: number[] = [];
    for (let round = 0; round < 8; round++) {
      const moment = upTo(250);
      moments.push(moment);
      await Bun.sleep(moment);
      await crash(upTo(100));
    }
    for (const name of Object.keys(kinds)) {
      expect(await daemon.mustDocker("wait", name)).toBe("7");
      const { stdout } = await daemon.docker("logs", name);
      expect([name, moments, firstWrongLine(stdout.replaceAll("\r", ""), lines)]).toEqual([name, moments, undefined]);
    }
    await daemon.mustDocker("rm", ...Object.keys(kinds));
  });

  test("stdout and stderr stay apart", async () => {
    const script = "i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo line $i; echo line $i >&2; done";
    await daemon.mustDocker("run", "-d", "--name", "both", "busybox", "sh", "-c", script);
    await Bun.sleep(upTo(100));
    await crash();
    expect(await daemon.mustDocker("wait", "both")).toBe("0");
    const { stdout, stderr } = await daemon.docker("logs", "both");
    expect(firstWrongLine(stdout, 5000)).toBeUndefined();
    expect(firstWrongLine(stderr, 5000)).toBeUndefined();
    await daemon.mustDocker("rm", "both");
  });

  test("someone who follows after the restart sees everything, to the end", async () => {
    const lines = 20_000;
    await daemon.mustDocker(
      "run",
      "-d",
      "--name",
      "followed",
      "busybox",
      "sh",
      "-c",
      `sleep 0.5; ${countTo(lines, 0)}`,
    );
    await crash();
    const { stdout, exitCode } = await daemon.docker("logs", "-f", "followed");
    expect(firstWrongLine(stdout, lines)).toBeUndefined();
    expect(exitCode).toBe(0);
    await daemon.mustDocker("rm", "followed");
  });

  test("an exit while nobody watches is known afterwards", async () => {
    const ends = { code: "42", success: "0", killed: "137" };
    await daemon.mustDocker("run", "-d", "--name", "code", "busybox", "sh", "-c", "sleep 0.4; exit 42");
    await daemon.mustDocker("run", "-d", "--name", "success", "busybox", "sleep", "0.4");
    await daemon.mustDocker("run", "-d", "--name", "killed", "busybox", "sleep", "1000");
    const pid = Number(await daemon.mustDocker("inspect", "-f", "{{.State.Pid}}", "killed"));
    await daemon.kill9();
    process.kill(pid, "SIGKILL");
    await Bun.sleep(1000);
    await daemon.launch();
    for (const [name, exitCode] of Object.entries(ends)) {
      expect(await daemon.mustDocker("wait", name)).toBe(exitCode);
      expect(await daemon.mustDocker("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", name)).toBe(
        `exited ${exitCode}`,
      );
    }
  });
});

describe("what runs goes on running", () => {
  test("the same process, its address, its published port, exec, attach and stop", async () => {
    const port = await freePort();
    const web = "mkdir /www; echo alive >/www/index.html; httpd -f -p 80 -h /www";
    await daemon.mustDocker("run", "-d", "--name", "web", "-p", `${port}:80`, "busybox", "sh", "-c", web);
    const facts = () =>
      daemon.mustDocker("inspect", "-f", "{{.State.Pid}} {{.NetworkSettings.IPAddress}} {{.State.StartedAt}}", "web");
    const before = await facts();
    await daemon.kill9();
    expect(await answerOf(port)).toBe("alive\n");
    await daemon.launch();
    expect(await facts()).toBe(before);
    expect(await answerOf(port)).toBe("alive\n");
    expect(await daemon.mustDocker("exec", "web", "echo", "inside")).toBe("inside");
    const other = await daemon.mustDocker("run", "--rm", "busybox", "hostname", "-i");
    expect(other).toMatch(/^10\./);
    expect(before).not.toContain(` ${other} `);
    await daemon.mustDocker("stop", "-t", "0", "web");
    expect(await daemon.mustDocker("inspect", "-f", "{{.State.ExitCode}}", "web")).toBe("137");
    await daemon.mustDocker("rm", "web");
    expect(await remainsOf(daemon)).toEqual({});
  });

  test("input reaches a container that was left alone", async () => {
    await daemon.mustDocker(
      "run",
      "-d",
      "-i",
      "--name",
      "echo",
      "busybox",
      "sh",
      "-c",
      "read line; echo got $line; exit 4",
    );
    await crash();
    const attached = await daemon.dockerWith({ stdin: "a line\n" }, "attach", "echo");
    expect(attached.exitCode).toBe(4);
    expect(await daemon.mustDocker("logs", "echo")).toBe("got a line");
  });

  test("restart policies and --rm are obeyed by the next daemon", async () => {
    await daemon.mustDocker(
      "run",
      "-d",
      "--name",
      "again",
      "--restart",
      "always",
      "busybox",
      "sh",
      "-c",
      "sleep 0.4; exit 3",
    );
    await daemon.mustDocker("run", "-d", "--name", "once", "--rm", "busybox", "sh", "-c", "sleep 0.4; exit 3");
    await crash(1000);
    const deadline = Date.now() + 10_000;
    let count = 0;
    while (count === 0 && Date.now() < deadline) {
      count = Number(await daemon.mustDocker("inspect", "-f", "{{.RestartCount}}", "again"));
      await Bun.sleep(50);
    }
    expect(count).toBeGreaterThan(0);
    await daemon.mustDocker("rm", "-f", "again");
    expect(await daemon.mustDocker("ps", "-aq")).toBe("");
    expect(await remainsOf(daemon)).toEqual({});
  });
});

describe("crashes in the middle of work", () => {
  test("nothing half-made is left when the daemon is killed during run", async () => {
    for (let round = 0; round < 12; round++) {
      const runs = ["one", "two", "three"].map((name) =>
        daemon.startDocker("run", "--rm", "--name", name, "busybox", "echo", name),
      );
      await Bun.sleep(upTo(160));
      await crash();
      await Promise.all(runs.map(({ ended }) => ended));
      await removeAll();
      expect([round, await remainsOf(daemon)]).toEqual([round, {}]);
    }
    expect(await daemon.mustDocker("run", "--rm", "--name", "one", "busybox", "echo", "fine")).toBe("fine");
  });

  test("nothing half-removed is left when the daemon is killed during rm", async () => {
    for (let round = 0; round < 8; round++) {
      const ids: string[] = [];
      for (let index = 0; index < 3; index++)
        ids.push(await daemon.mustDocker("run", "-d", "busybox", "sleep", "1000"));
      const removal = daemon.startDocker("rm", "-f", ...ids);
      await Bun.sleep(upTo(120));
      await crash();
      await removal.ended;
      await removeAll();
      expect([round, await remainsOf(daemon)]).toEqual([round, {}]);
    }
  });

  test("a container whose creation was answered is there after the crash", async () => {
    for (let round = 0; round < 5; round++) {
      const id = await daemon.mustDocker("create", "--name", `kept-${round}`, "busybox", "echo", "kept");
      await crash();
      expect(await daemon.mustDocker("inspect", "-f", "{{.Id}} {{.State.Status}}", `kept-${round}`)).toBe(
        `${id} created`,
      );
      expect(await daemon.mustDocker("start", "-a", `kept-${round}`)).toBe("kept");
    }
    await removeAll();
  });
});

describe("an orderly end", () => {
  test("stops containers, which then tell so", async () => {
    const script = "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done";
    await daemon.mustDocker("run", "-d", "--name", "stopped", "busybox", "sh", "-c", script);
    while ((await daemon.mustDocker("logs", "stopped")) === "") await Bun.sleep(20);
    expect(await daemon.stop()).toBe(0);
    await daemon.launch();
    expect(await daemon.mustDocker("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "stopped")).toBe(
      "exited 9",
    );
    await daemon.mustDocker("rm", "stopped");
    expect(await remainsOf(daemon)).toEqual({});
  });

  test("with --live-restore leaves them alone", async () => {
    await using patient = await WherryDaemon.start({ args: ["--live-restore"] });
    await patient.mustDocker("run", "-d", "--name", "alive", "busybox", "sleep", "1000");
    const pid = () => patient.mustDocker("inspect", "-f", "{{.State.Pid}} {{.State.Status}}", "alive");
    const before = await pid();
    await patient.restart();
    expect(await pid()).toBe(before);
    await patient.mustDocker("rm", "-f", "alive");
    expect(await remainsOf(patient)).toEqual({});
  });
});

async function removeAll(): Promise<void> {
  const ids = (await daemon.mustDocker("ps", "-aq")).split("\n").filter(Boolean);
  if (ids.length > 0) await daemon.mustDocker("rm", "-f", ...ids);
}

async function answerOf(port: number): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await (await fetch(`http://127.0.0.1:${port}/`)).text();
    } catch (error) {
      if (attempt === 60) throw error;
      await Bun.sleep(50);
    }
  }
}
