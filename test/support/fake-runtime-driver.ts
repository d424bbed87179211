import { constants } from "node:os";
import {
  type ContainerExit,
  type ContainerFate,
  type ContainerProcess,
  type ExecProcess,
  type ProcessResources,
  type ProcessStreams,
  type RunningExec,
  type RuntimeDriver,
  RuntimeError,
  type RuntimeFacts,
  type TerminalSize,
} from "#drivers/runtime/runtime-driver.ts";

type Signal = keyof typeof constants.signals;
type FailingStep = "update" | "create" | "start" | "exec" | "attach" | "pause" | "unpause" | "reopenLog" | "remove";

interface FakeContainer {
  readonly process: ContainerProcess;
  readonly pid: number;
  status: "created" | "running" | "paused" | "exited";
  exit?: ContainerExit;
  readonly streams: Set<FakeStreams>;
}

const namesBySignal = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name as Signal]));

/**
 * Processes in memory, for tests of what stands above the runtime. A container runs until `exit` or a signal that it
 * is not deaf to; SIGKILL always works. Everything asked of the driver can be read back from its fields.
 */
export class FakeRuntimeDriver implements RuntimeDriver {
  readonly name = "fake";
  /** Every signal sent, by name, in order. */
  readonly signals: Signal[] = [];
  /** Calls in order, as "create ID", "start ID" and so on, without signals. */
  readonly calls: string[] = [];
  /** How often a process was said to come soon. */
  expected = 0;
  readonly resized: { readonly id: string; readonly size: TerminalSize }[] = [];
  /** Answers `exec`; the default ends at once with 0. Change it to write output or to fail. */
  onExec: (process: ExecProcess, streams: FakeStreams, id: string) => number | Promise<number> = () => 0;
  readonly #deafTo: ReadonlySet<Signal>;
  readonly #containers = new Map<string, FakeContainer>();
  readonly #fates = new Map<string, ContainerFate>();
  readonly #failures = new Map<FailingStep, RuntimeError>();
  #listener: (exit: ContainerExit) => void = () => {};
  #nextPid = 1000;

  /** `deafTo` names the signals that no container answers by ending, such as SIGTERM. */
  constructor({ deafTo = [] }: { readonly deafTo?: readonly Signal[] } = {}) {
    this.#deafTo = new Set(deafTo);
  }

  async open(): Promise<RuntimeFacts> {
    return {
      runtime: "fake",
      runtimeVersion: "1.0",
      monitorVersion: "1.0",
      cgroupVersion: 2,
      cgroupDriver: "cgroupfs",
      warnings: [],
      runtimes: { fake: "/usr/bin/fake" },
    };
  }

  /** The next call of `step` throws this, once. */
  failNext(step: FailingStep, error = new RuntimeError(`${step} failed`, `${step} failed`)): void {
    this.#failures.set(step, error);
  }

  /** Ends a container as its program would. The listener hears of it before this returns. */
  exit(id: string, exitCode = 0, { oomKilled = false } = {}): void {
    const container = this.#get(id);
    if (container.status === "exited") return;
    container.status = "exited";
    container.exit = { id, exitCode, oomKilled, at: new Date() };
    for (const streams of container.streams) streams.end();
    this.#listener(container.exit);
  }

  /** Writes output to everybody attached. */
  write(id: string, stream: 1 | 2, text: string): void {
    for (const streams of this.#get(id).streams) streams.emit(stream, text);
  }

  /** What clients have written to the container's stdin. */
  input(id: string): string {
    return [...this.#get(id).streams].map((streams) => streams.input).join("");
  }

  /** What the container was created with. */
  process(id: string): ContainerProcess {
    return this.#get(id).process;
  }

  /** "gone" when it was never created or has been removed. */
  status(id: string): FakeContainer["status"] | "gone" {
    return this.#containers.get(id)?.status ?? "gone";
  }

  /** What `restore` will answer for an id that this driver has not created itself; the default is "gone". */
  setFate(id: string, fate: ContainerFate): void {
    this.#fates.set(id, fate);
  }

  expectProcess(): void {
    this.expected += 1;
  }

  async create(process: ContainerProcess): Promise<{ readonly pid: number }> {
    this.#call("create", process.id);
    if (this.#containers.has(process.id)) throw new RuntimeError("create failed", `container ${process.id} exists`);
    const container: FakeContainer = { process, pid: this.#nextPid++, status: "created", streams: new Set() };
    this.#containers.set(process.id, container);
    return { pid: container.pid };
  }

  start(id: string): void {
    this.#call("start", id);
    const container = this.#get(id);
    if (container.status !== "created") throw new RuntimeError("start failed", `container ${id} is not created`);
    container.status = "running";
  }

  signal(id: string, signal: number): "sent" | "gone" {
    const container = this.#containers.get(id);
    if (!container || container.status === "exited") return "gone";
    const name = namesBySignal.get(signal) ?? "SIGTERM";
    this.signals.push(name);
    const ends =
      name === "SIGKILL" || (!this.#deafTo.has(name) && !harmless.has(name) && container.status !== "paused");
    if (ends) queueMicrotask(() => this.#containers.has(id) && this.exit(id, 128 + signal));
    return "sent";
  }

  /** Limits set while running, by id. */
  readonly updates = new Map<string, ProcessResources>();
  async update(id: string, resources: ProcessResources): Promise<void> {
    this.#call("update", id);
    this.updates.set(id, resources);
  }

  async pause(id: string): Promise<void> {
    this.#call("pause", id);
    this.#get(id).status = "paused";
  }

  async unpause(id: string): Promise<void> {
    this.#call("unpause", id);
    this.#get(id).status = "running";
  }

  pids(id: string): readonly number[] {
    const container = this.#containers.get(id);
    return container && container.status !== "exited" ? [container.pid] : [];
  }

  async attach(id: string): Promise<FakeStreams> {
    this.#call("attach", id);
    const container = this.#get(id);
    const streams = new FakeStreams();
    container.streams.add(streams);
    if (container.status === "exited") streams.end();
    return streams;
  }

  async resize(id: string, size: TerminalSize): Promise<void> {
    this.#get(id);
    this.resized.push({ id, size });
  }

  /** Users by name that no container knows. */
  readonly unknownUsers = new Set<string>();
  checkUser(_id: string, user: string): void {
    const detail = `unable to find user ${user}: no matching entries in passwd file`;
    if (this.unknownUsers.has(user)) throw new RuntimeError("no such user", detail, { reason: "description" });
  }

  async exec(id: string, process: ExecProcess): Promise<RunningExec> {
    this.#call("exec", id);
    if (this.#get(id).status !== "running") throw new RuntimeError("exec failed", "container is not running");
    const streams = new FakeStreams();
    const run = async () => {
      const exitCode = await this.onExec(process, streams, id);
      streams.end();
      return { exitCode };
    };
    return {
      pid: this.#nextPid++,
      streams,
      exited: run(),
      resize: async (size) => void this.resized.push({ id: process.execId, size }),
    };
  }

  async reopenLog(id: string): Promise<void> {
    this.#call("reopenLog", id);
  }

  async remove(id: string): Promise<void> {
    this.#call("remove", id);
    const container = this.#containers.get(id);
    if (!container) return;
    if (container.status !== "exited") this.exit(id, 137);
    this.#containers.delete(id);
  }

  async restore(ids: readonly string[]): Promise<ReadonlyMap<string, ContainerFate>> {
    return new Map(ids.map((id) => [id, this.#fateOf(id)]));
  }

  onExit(listener: (exit: ContainerExit) => void): void {
    this.#listener = listener;
  }

  close(): void {
    this.#listener = () => {};
  }

  #fateOf(id: string): ContainerFate {
    const container = this.#containers.get(id);
    if (!container) return this.#fates.get(id) ?? { status: "gone" };
    if (container.exit) return { status: "exited", ...container.exit };
    return { status: container.status === "created" ? "created" : "running", pid: container.pid };
  }

  #get(id: string): FakeContainer {
    const container = this.#containers.get(id);
    if (!container) throw new RuntimeError("no such container", `container ${id} does not exist`);
    return container;
  }

  #call(step: FailingStep, id: string): void {
    this.calls.push(`${step} ${id}`);
    const failure = this.#failures.get(step);
    if (!failure) return;
    this.#failures.delete(step);
    throw failure;
  }
}

/** Signals whose default is not to end the process. */
const harmless: ReadonlySet<Signal> = new Set(["SIGCHLD", "SIGCONT", "SIGURG", "SIGWINCH", "SIGSTOP", "SIGTSTP"]);

/** The test's end of a fake process's stdio: `emit` and `end` play the process. */
export class FakeStreams implements ProcessStreams {
  input = "";
  stdinClosed = false;
  closed = false;
  #output: ((stream: 1 | 2, chunk: Uint8Array) => void) | undefined;
  #end: (() => void) | undefined;
  #held: (readonly [1 | 2, Uint8Array])[] = [];
  #paused = false;
  #ended = false;
  #told = false;

  emit(stream: 1 | 2, text: string): void {
    this.#held.push([stream, Buffer.from(text)]);
    this.#flush();
  }

  end(): void {
    this.#ended = true;
    this.#flush();
  }

  onOutput(listener: (stream: 1 | 2, chunk: Uint8Array) => void): void {
    this.#output = listener;
    this.#flush();
  }

  onEnd(listener: () => void): void {
    this.#end = listener;
    this.#flush();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#flush();
  }

  async write(chunk: Uint8Array): Promise<boolean> {
    if (this.stdinClosed || this.#ended) return false;
    this.input += Buffer.from(chunk).toString();
    return true;
  }

  closeStdin(): void {
    this.stdinClosed = true;
  }

  close(): void {
    this.closed = true;
  }

  #flush(): void {
    while (this.#output && !this.#paused && !this.closed) {
      const next = this.#held.shift();
      if (!next) break;
      this.#output(...next);
    }
    if (!this.#ended || this.#told || this.#paused || !this.#end || (this.#output && this.#held.length > 0)) return;
    this.#told = true;
    this.#end();
  }
}
