import { closeSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DescriptorReader } from "#platform/linux/descriptor-reader.ts";
import { DescriptorWriter } from "#platform/linux/descriptor-writer.ts";
import { openPipe } from "#platform/linux/pipe.ts";
import { openPseudoTerminal } from "#platform/linux/pseudo-terminal.ts";
import { setTerminalSize } from "#platform/linux/terminal-size.ts";
import { acceptConnection, duplicateDescriptor, listenStream, receiveDescriptor } from "#platform/linux/unix-socket.ts";
import { type ChildProcess, spawnProcess } from "#platform/process/spawn-process.ts";
import type { RunningExec, TerminalSize } from "../runtime-driver.ts";
import { specText } from "./build-spec.ts";
import { ExecStreams } from "./exec-streams.ts";
import { execFailure } from "./failure-words.ts";
import type { OciProcess } from "./oci-spec.ts";
import type { RuntimeBinary } from "./runtime-binary.ts";

export interface ExecStart {
  readonly runtime: RuntimeBinary;
  readonly runtimeArgs: readonly string[];
  readonly containerId: string;
  /** Folder for the few small files of this exec; its path is short enough for a socket. */
  readonly folder: string;
  /** Unique among the container's execs. */
  readonly name: string;
  readonly process: OciProcess;
  readonly wantsStdin: boolean;
  readonly wantsOutput: boolean;
}

/** Room for input that is on its way, so that a look each millisecond keeps a stream going. */
const stdinPipeBytes = 1024 * 1024;
const lookMs = 1;

/**
 * Runs a program in a container by the runtime's `exec`, with our own pipes or a terminal it hands over. Not through a
 * monitor: that costs a process and some 15 ms more. So an exec's output ends with the daemon, unlike a container's.
 */
export async function runExec(start: ExecStart): Promise<RunningExec> {
  const files = filesOf(start);
  writeFileSync(files.process, specText(start.process));
  if (!start.process.terminal) return runOnPipes(start, files);
  return start.runtime.kind === "crun" ? await runOnContainerTerminal(start, files) : runOnHostTerminal(start, files);
}

type ExecFiles = Record<"process" | "pid" | "log" | "socket", string>;

function filesOf({ folder, name }: ExecStart): ExecFiles {
  const file = (suffix: string) => join(folder, `${name}.${suffix}`);
  return { process: file("json"), pid: file("pid"), log: file("log"), socket: file("s") };
}

function runOnPipes(start: ExecStart, files: ExecFiles): RunningExec {
  const stdin = start.wantsStdin ? openPipe({ sizeBytes: stdinPipeBytes }) : undefined;
  const stdout = start.wantsOutput ? openPipe() : undefined;
  const stderr = start.wantsOutput ? openPipe() : undefined;
  const childEnds = [stdin?.readEnd, stdout?.writeEnd, stderr?.writeEnd];
  let child: ChildProcess;
  try {
    child = spawnRuntime(start, files, childEnds);
  } catch (error) {
    for (const end of [stdin?.writeEnd, stdout?.readEnd, stderr?.readEnd]) if (end !== undefined) closeSync(end);
    throw error;
  } finally {
    for (const end of childEnds) if (end !== undefined) closeSync(end);
  }
  const streams = new ExecStreams(2);
  if (stdin) streams.setWriter(new DescriptorWriter(stdin.writeEnd, "pipe"));
  if (stdout) streams.addSource(1, (listener) => new DescriptorReader(stdout.readEnd, listener));
  if (stderr) streams.addSource(2, (listener) => new DescriptorReader(stderr.readEnd, listener));
  return runningExec(start, files, { child, streams, resize: async () => {} });
}

/** crun hands over the host's end of the container's terminal and only waits for the program. */
async function runOnContainerTerminal(start: ExecStart, files: ExecFiles): Promise<RunningExec> {
  const listener = listenStream(files.socket);
  let terminal: number | undefined;
  let child: ChildProcess;
  try {
    child = spawnRuntime(start, files, [], ["--console-socket", files.socket]);
    let hasExited = false;
    void child.exited.then(() => {
      hasExited = true;
    });
    terminal = await receiveTerminal(listener, () => hasExited);
  } finally {
    closeSync(listener);
  }
  if (terminal === undefined) {
    return runningExec(start, files, { child, streams: new ExecStreams(1), resize: async () => {} });
  }
  // crun sets the size itself, but hands the terminal over first: the program must not see one without a size.
  const { consoleSize } = start.process;
  if (consoleSize) setTerminalSize(terminal, { rows: consoleSize.height, columns: consoleSize.width });
  return onTerminal(start, files, { child, terminal, resized: () => {} });
}

/**
 * runc hands a terminal over only when it detaches, and then nobody learns the exit code. So it gets a terminal of the
 * host and passes everything on between the two; a new size it asks for when it is told that there is one.
 */
function runOnHostTerminal(start: ExecStart, files: ExecFiles): RunningExec {
  const { ours, theirs } = openPseudoTerminal();
  const { consoleSize } = start.process;
  if (consoleSize) setTerminalSize(ours, { rows: consoleSize.height, columns: consoleSize.width });
  try {
    const child = spawnRuntime(start, files, [theirs, theirs, theirs]);
    return onTerminal(start, files, { child, terminal: ours, resized: () => child.kill("SIGWINCH") });
  } catch (error) {
    closeSync(ours);
    throw error;
  } finally {
    closeSync(theirs);
  }
}

function onTerminal(
  start: ExecStart,
  files: ExecFiles,
  { child, terminal, resized }: { child: ChildProcess; terminal: number; resized: () => void },
): RunningExec {
  const streams = new ExecStreams(1);
  // A descriptor of its own for the size: the reader closes its one when it likes, and numbers are used again.
  let control: number | undefined = duplicateDescriptor(terminal);
  streams.setWriter(new DescriptorWriter(duplicateDescriptor(terminal), "terminal"));
  streams.addSource(1, (listener) => new DescriptorReader(terminal, listener));
  void child.exited.then(() => {
    if (control !== undefined) closeSync(control);
    control = undefined;
  });
  const resize = async (size: TerminalSize) => {
    if (control === undefined) return;
    setTerminalSize(control, size);
    resized();
  };
  return runningExec(start, files, { child, streams, resize });
}

/** The runtime connects and passes the terminal; undefined when it ends without. */
async function receiveTerminal(listener: number, hasExited: () => boolean): Promise<number | undefined> {
  let connection: number | undefined;
  try {
    for (;;) {
      const isLastLook = hasExited();
      connection ??= acceptConnection(listener);
      const terminal = connection === undefined ? undefined : receiveDescriptor(connection);
      if (terminal !== undefined || isLastLook) return terminal;
      await sleep(lookMs);
    }
  } finally {
    if (connection !== undefined) closeSync(connection);
  }
}

function spawnRuntime(
  { runtime, runtimeArgs, containerId }: ExecStart,
  files: ExecFiles,
  stdio: readonly (number | undefined)[],
  extra: readonly string[] = [],
): ChildProcess {
  const child = spawnProcess(
    [
      runtime.command,
      ...runtimeArgs,
      "--log",
      files.log,
      "exec",
      "--process",
      files.process,
      "--pid-file",
      files.pid,
      ...extra,
      containerId,
    ],
    { stdio: [stdio[0] ?? "ignore", stdio[1] ?? "ignore", stdio[2] ?? "ignore"], env: { PATH: process.env["PATH"] } },
  );
  child.unref();
  return child;
}

function runningExec(
  start: ExecStart,
  files: ExecFiles,
  running: { child: ChildProcess; streams: ExecStreams; resize: (size: TerminalSize) => Promise<void> },
): RunningExec {
  const { child, streams, resize } = running;
  let pid = 0;
  // The runtime writes the file when the program is about to run; without it, what came on stderr is the runtime's.
  const hasStarted = () => {
    pid ||= Number(readIfThere(files.pid));
    if (pid > 0) streams.settleStart(true);
    return pid > 0;
  };
  const watching = setInterval(() => hasStarted() && clearInterval(watching), lookMs);
  const exited = child.exited.then(({ exitCode }) => {
    clearInterval(watching);
    const started = hasStarted();
    streams.settleStart(started);
    streams.finish();
    const words = readIfThere(files.log);
    for (const file of Object.values(files)) rmSync(file, { force: true });
    if (started) return { exitCode: exitCode ?? killedCode };
    return execFailure({
      words,
      kind: start.runtime.kind,
      args: start.process.args,
      cwd: start.process.cwd,
      mounts: [],
    });
  });
  return {
    get pid() {
      hasStarted();
      return pid;
    },
    streams,
    exited,
    resize,
  };
}
/** Of a runtime that was killed itself. */
const killedCode = 137;

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
