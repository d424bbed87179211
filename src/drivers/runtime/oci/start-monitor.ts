import { closeSync } from "node:fs";
import { adoptSocket } from "#platform/linux/adopt-socket.ts";
import { socketPair } from "#platform/linux/unix-socket.ts";
import { type ChildProcess, spawnProcess } from "#platform/process/spawn-process.ts";
import type { RuntimeBinary } from "./runtime-binary.ts";

export interface MonitorStart {
  readonly monitorPath: string;
  readonly runtime: RuntimeBinary;
  /** Arguments of the runtime before its command. */
  readonly runtimeArgs: readonly string[];
  readonly usesSystemd: boolean;
  readonly id: string;
  readonly name: string;
  readonly bundle: string;
  readonly pidFile: string;
  readonly exitsFolder: string;
  readonly logPath: string | undefined;
  readonly tty: boolean;
  readonly stdin: "none" | "open" | "once";
  /** For the socket by which the runtime hands over a terminal; its path must be short. */
  readonly temporaryFolder: string;
}

export type MonitorOutcome =
  | { readonly created: true; readonly pid: number; readonly monitor: ChildProcess }
  /** `words` are the runtime's, or the monitor's own. */
  | { readonly created: false; readonly words: string };

/** Number at which the monitor finds the socket that it tells the outcome on. */
const syncDescriptor = 3;

/**
 * Starts conmon, which runs the runtime's `create`, and waits until it tells how that went. The monitor is our child only
 * for us to learn of its end at once; it has a session of its own and goes on when we do not.
 */
export async function startMonitor(start: MonitorStart): Promise<MonitorOutcome> {
  const { ours, theirs } = socketPair();
  const told = Promise.withResolvers<string>();
  let text = "";
  let monitor: ChildProcess;
  try {
    monitor = spawnProcess(monitorArguments(start), {
      cwd: start.bundle,
      // UTC, so that the times in the log are written as docker shows them.
      env: { PATH: process.env["PATH"], TZ: "UTC", TMPDIR: start.temporaryFolder, _OCI_SYNCPIPE: `${syncDescriptor}` },
      stdio: ["ignore", "ignore", theirs, theirs],
    });
  } catch (error) {
    closeSync(ours);
    throw error;
  } finally {
    closeSync(theirs);
  }
  monitor.unref();
  const socket = await adoptSocket(ours, {
    data: (chunk) => {
      text += chunk.toString("utf8");
      if (/^\{.*\}$/m.test(text)) told.resolve(text);
    },
    end: () => told.resolve(text),
  });
  const outcome = parseOutcome(await told.promise);
  socket.close();
  if (typeof outcome === "number") return { created: true, pid: outcome, monitor };
  await monitor.exited;
  return { created: false, words: outcome };
}

function monitorArguments(start: MonitorStart): string[] {
  const fixed = ["--api-version", "1", "--sync", "--full-attach", "--no-sync-log"];
  const names = ["-c", start.id, "-u", start.id, "-n", start.name];
  const runtime = ["-r", start.runtime.command, ...start.runtimeArgs.flatMap((word) => ["--runtime-arg", word])];
  const files = ["-b", start.bundle, "-p", start.pidFile, "--exit-dir", start.exitsFolder];
  const log = ["-l", start.logPath === undefined ? "none" : `k8s-file:${start.logPath}`];
  const flags = [start.usesSystemd && "-s", start.tty && "-t", start.stdin !== "none" && "-i"];
  const keepsStdin = start.stdin === "open" && "--leave-stdin-open";
  return [start.monitorPath, ...fixed, ...names, ...runtime, ...files, ...log, ...flags, keepsStdin].filter(
    (word) => word !== false,
  );
}

/** The pid, or the words of the failure. Lines that are no JSON are the monitor's own complaints. */
export function parseOutcome(text: string): number | string {
  const lines = text.split("\n").filter(Boolean);
  const message = lines.find((line) => line.startsWith("{"));
  if (message === undefined) return lines.map((line) => line.replace(/^\[conmon:\w\]: /, "")).join("; ");
  try {
    const { data, message: words } = JSON.parse(message) as { data: number; message?: string };
    return data > 0 ? data : (words ?? "the runtime gave no reason");
  } catch {
    return message;
  }
}
