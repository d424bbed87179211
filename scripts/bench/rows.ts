import type { Registry } from "../../test/support/registry.ts";
import type { Contestant } from "./contestant.ts";
import { median, processesNaming, proportionalMemory, timed } from "./measure.ts";

/** One line of the table: what is measured, and how much of dockerd's figure may be used. */
export interface Row {
  readonly key: string;
  readonly title: string;
  readonly unit: "ms" | "s" | "MB";
  /** At most this share of dockerd's figure; without one the row is only shown. */
  readonly bar?: number;
  /** Measures with wherry's own command line, where a contestant has one. */
  readonly usesOwnCli?: true;
  /** Rounds as a share of those asked for: long rows need fewer. */
  readonly rounds: number;
  /** Undefined where the question makes no sense for the contestant. */
  measure(contestant: Contestant, options: RowOptions): Promise<number | undefined>;
}

export interface RowOptions {
  readonly cli: readonly string[];
  readonly registry: Registry;
  readonly bigImage: string;
  readonly logMegabytes: number;
}

const command = (contestant: Contestant, cli: readonly string[], words: readonly string[]) =>
  timed([...cli, ...words], contestant.env);

async function timeRun(contestant: Contestant, { cli }: RowOptions, ...flags: readonly string[]): Promise<number> {
  const words = ["run", "--rm", ...contestant.runFlags, ...flags, contestant.image, "true"];
  return (await command(contestant, cli, words)).milliseconds;
}

async function startSleeper(
  contestant: Contestant,
  cli: readonly string[],
  ...flags: readonly string[]
): Promise<string> {
  const words = ["run", "-d", ...contestant.runFlags, ...flags, contestant.image, "sleep", "1000"];
  return (await command(contestant, cli, words)).stdout.trim();
}

async function remove(contestant: Contestant, cli: readonly string[], ids: readonly string[]): Promise<void> {
  await command(contestant, cli, ["rm", "-f", ...ids]);
}

const memoryOf = (pids: readonly number[]) => pids.reduce((sum, pid) => sum + proportionalMemory(pid), 0);

export const rows: readonly Row[] = [
  {
    key: "run-bridge",
    title: "run --rm busybox true",
    unit: "ms",
    bar: 0.3,
    rounds: 1,
    measure: timeRun,
  },
  {
    key: "run-none",
    title: "run --rm --network none busybox true",
    unit: "ms",
    bar: 0.3,
    rounds: 1,
    measure: (contestant, options) => timeRun(contestant, options, "--network", "none"),
  },
  {
    key: "own-run-bridge",
    title: "the same by our own command line, bridge",
    unit: "ms",
    bar: 0.22,
    usesOwnCli: true,
    rounds: 1,
    measure: timeRun,
  },
  {
    key: "own-run-none",
    title: "the same by our own command line, none",
    unit: "ms",
    bar: 0.22,
    usesOwnCli: true,
    rounds: 1,
    measure: (contestant, options) => timeRun(contestant, options, "--network", "none"),
  },
  {
    key: "cli",
    title: "--version of the command line",
    unit: "ms",
    bar: 0.6,
    usesOwnCli: true,
    rounds: 2,
    measure: async (contestant, { cli }) => (await command(contestant, cli, ["--version"])).milliseconds,
  },
  {
    key: "parallel",
    title: "50 runs, 8 at a time",
    unit: "s",
    bar: 0.35,
    rounds: 0.2,
    async measure(contestant, options) {
      let left = 50;
      const begin = performance.now();
      const worker = async () => {
        while (left-- > 0) await timeRun(contestant, options);
      };
      await Promise.all(Array.from({ length: 8 }, worker));
      return (performance.now() - begin) / 1000;
    },
  },
  {
    key: "exec",
    title: "exec true",
    unit: "ms",
    bar: 0.5,
    rounds: 0.2,
    async measure(contestant, { cli }) {
      const id = await startSleeper(contestant, cli);
      const times: number[] = [];
      for (let i = 0; i < 7; i++) times.push((await command(contestant, cli, ["exec", id, "true"])).milliseconds);
      await remove(contestant, cli, [id]);
      return median(times);
    },
  },
  {
    key: "idle",
    title: "memory of the idle daemon",
    unit: "MB",
    bar: 1,
    rounds: 0,
    async measure(contestant) {
      const pids = contestant.daemonPids();
      if (pids.length === 0) return undefined;
      await Bun.sleep(2000);
      return memoryOf(pids);
    },
  },
  {
    key: "per-container",
    title: "memory for each running container",
    unit: "MB",
    rounds: 0,
    async measure(contestant, { cli }) {
      const all = () => memoryOf(processesNaming(contestant.mark));
      const before = all();
      const ids: string[] = [];
      const count = 10;
      for (let i = 0; i < count; i++) ids.push(await startSleeper(contestant, cli));
      await Bun.sleep(1000);
      const after = all();
      await remove(contestant, cli, ids);
      return Math.max(0, after - before) / count;
    },
  },
  {
    key: "log-write",
    title: "output of a container written to its log",
    unit: "s",
    rounds: 0,
    measure: async (contestant, options) => (await logTimes(contestant, options)).write,
  },
  {
    key: "log-read",
    title: "the same read by logs",
    unit: "s",
    rounds: 0,
    measure: async (contestant, options) => (await logTimes(contestant, options)).read,
  },
  {
    key: "pull",
    title: "pull and unpack of a big image from loopback",
    unit: "s",
    rounds: 0.15,
    async measure(contestant, { cli, bigImage }) {
      const insecure = contestant.daemonPids().length === 0 ? ["--tls-verify=false"] : [];
      const { milliseconds } = await command(contestant, cli, ["pull", "-q", ...insecure, bigImage]);
      await command(contestant, cli, ["rmi", bigImage]);
      return milliseconds / 1000;
    },
  },
];

const measuredLogs = new WeakMap<Contestant, Promise<{ write: number; read: number }>>();

/** Both rows come from one container. Fails when a byte is missing. */
function logTimes(contestant: Contestant, options: RowOptions): Promise<{ write: number; read: number }> {
  const times = measuredLogs.get(contestant) ?? measureLogs(contestant, options);
  measuredLogs.set(contestant, times);
  return times;
}

async function measureLogs(contestant: Contestant, { cli, logMegabytes }: RowOptions) {
  const line = "x".repeat(99);
  const lines = logMegabytes * 10_000;
  const keepsAll = contestant.capsLogs ? ["--log-opt", "max-size=8g"] : ["--log-driver", "k8s-file"];
  const script = `yes ${line} | head -n ${lines}`;
  const begin = performance.now();
  const words = ["run", "-d", ...contestant.runFlags, ...keepsAll, contestant.image, "sh", "-c", script];
  const id = (await command(contestant, cli, words)).stdout.trim();
  await command(contestant, cli, ["wait", id]);
  const write = (performance.now() - begin) / 1000;
  const read = await timed(["sh", "-c", '"$@" | wc -c', "logs", ...cli, "logs", id], contestant.env);
  await remove(contestant, cli, [id]);
  if (Number(read.stdout) !== lines * (line.length + 1))
    throw new Error(`${contestant.name} lost output: ${read.stdout}`);
  return { write, read: read.milliseconds / 1000 };
}
