/**
 * The runtime driver (once: exec driver) turns a bundle of facts into running processes. It is given everything and
 * decides nothing about products: no restart policy, no names, no state in a database.
 *
 * Life of a container's process: `create` (namespaces and cgroup made, the user's program not yet running) → `start` →
 * exit, told once through `onExit` → `remove`. The monitor (conmon) does not depend on the daemon: it writes the log file, holds the
 * pty and records the exit code, so all of this survives the daemon. After a restart `restore` says what became of the
 * containers and, from then on, `onExit` tells of those still running.
 */
export interface RuntimeDriver {
  readonly name: string;
  /** Probes what works on this host. Throws RuntimeError with a hint when nothing does. */
  open(): Promise<RuntimeFacts>;

  /**
   * A process will probably be wanted in a moment, by `create` or `exec`: what takes time and binds nobody may begin.
   * Returns at once, also while the driver is not open.
   */
  expectProcess(): void;
  /** Prepares and starts nothing but the monitor and the runtime's `create`. On failure nothing is left behind. */
  create(process: ContainerProcess): Promise<{ readonly pid: number }>;
  /** Runs the user's program. Synchronous in the ordinary case. */
  start(id: string): void | Promise<void>;
  /** Sends a signal to the container's init; "gone" when it has ended already. */
  signal(id: string, signal: number): "sent" | "gone" | Promise<"sent" | "gone">;
  /** Sets the limits that are given, while it runs; the others stay. Throws RuntimeError with the kernel's reason. */
  update(id: string, resources: ProcessResources): Promise<void>;
  pause(id: string): Promise<void>;
  unpause(id: string): Promise<void>;
  /** Host pids of all processes in the container. */
  pids(id: string): readonly number[];
  /** Connects to the stdio of a created or running container. */
  attach(id: string): Promise<ProcessStreams>;
  resize(id: string, size: TerminalSize): Promise<void>;
  /** Throws RuntimeError ("description") when the container's files do not know the user or group. */
  checkUser(id: string, user: string): void;
  exec(id: string, process: ExecProcess): Promise<RunningExec>;
  /** The log file was renamed away: continue with a new one at the same path, losing no line. */
  reopenLog(id: string): Promise<void>;
  /** Deletes the runtime's state, the cgroup and the bundle. Idempotent; kills what still runs. */
  remove(id: string): Promise<void>;
  /** At daemon start: the fate of each id. Watching begins for those that run. */
  restore(ids: readonly string[]): Promise<ReadonlyMap<string, ContainerFate>>;
  /** One listener; each exit is told once, also those found by `restore` as "exited" are not told again. */
  onExit(listener: (exit: ContainerExit) => void): void;
  /** Stops watching; containers live on. */
  close(): void;
}

export interface RuntimeFacts {
  /** "crun" or "runc". */
  readonly runtime: string;
  readonly runtimeVersion: string;
  readonly monitorVersion: string;
  readonly cgroupVersion: 1 | 2;
  readonly cgroupDriver: "cgroupfs" | "systemd" | "none";
  readonly warnings: readonly string[];
  /** All runtimes by name with their path, for `info`. */
  readonly runtimes: Readonly<Record<string, string>>;
}

export interface ContainerExit {
  readonly id: string;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  readonly at: Date;
}

export type ContainerFate =
  | { readonly status: "running" | "created"; readonly pid: number }
  | { readonly status: "exited"; readonly exitCode: number; readonly oomKilled: boolean; readonly at: Date }
  /** No trace of it: the machine was restarted or somebody cleaned up. */
  | { readonly status: "gone" };

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** A kernel mount inside the container, in the order given. */
export interface ProcessMount {
  readonly target: string;
  readonly type: "bind" | "tmpfs";
  /** Absolute host path, for binds. */
  readonly source?: string;
  /** As mount(8) names them: ro, rw, nosuid, rbind, rprivate, size=65536, mode=1777 … */
  readonly options: readonly string[];
}

/** Limits; undefined means none. Bytes, microseconds, and the kernel's share numbers. */
export interface ProcessResources {
  readonly memoryBytes?: number;
  readonly memorySwapBytes?: number;
  readonly memoryReservationBytes?: number;
  readonly memorySwappiness?: number;
  readonly oomKillDisable?: boolean;
  readonly nanoCpus?: number;
  readonly cpuShares?: number;
  readonly cpuPeriod?: number;
  readonly cpuQuota?: number;
  readonly cpusetCpus?: string;
  readonly cpusetMems?: string;
  readonly pidsLimit?: number;
  readonly blkioWeight?: number;
}

export interface ProcessDevice {
  readonly hostPath: string;
  readonly containerPath: string;
  /** Letters of r, w, m. */
  readonly permissions: string;
}

export interface ContainerProcess {
  readonly id: string;
  /** Shown to conmon only. */
  readonly name: string;
  /** Absolute path of the mounted root file system. */
  readonly rootfs: string;
  readonly readOnlyRootfs: boolean;
  readonly args: readonly string[];
  /** Complete and final, `NAME=value`; HOME is added by the driver from the user's entry when it is missing. */
  readonly env: readonly string[];
  readonly workingDir: string;
  /** docker's form `name|uid[:group|gid]`, empty for root; looked up in the container's passwd and group files. */
  readonly user: string;
  readonly groupAdd: readonly string[];
  readonly hostname: string;
  readonly domainname: string;
  readonly tty: boolean;
  readonly terminalSize?: TerminalSize;
  readonly openStdin: boolean;
  /** Close the container's stdin when the first attached client closes its side. */
  readonly stdinOnce: boolean;
  readonly mounts: readonly ProcessMount[];
  readonly devices: readonly ProcessDevice[];
  readonly resources: ProcessResources;
  readonly privileged: boolean;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  /** "default", "unconfined" or the text of a profile (docker's seccomp JSON). */
  readonly seccomp: string;
  readonly noNewPrivileges: boolean;
  /** Paths that the container cannot read, and those that it cannot write; without effect on a privileged one. */
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  readonly oomScoreAdj?: number;
  readonly shmSizeBytes: number;
  /** Run a small init as pid 1. */
  readonly init: boolean;
  readonly cgroupParent?: string;
  /** Each namespace: an own one, the host's, or the one at a path (/proc/PID/ns/ipc, /run/…/netns/ID). */
  readonly namespaces: {
    readonly network: "private" | "host" | { readonly path: string };
    readonly pid: "private" | "host" | { readonly path: string };
    readonly ipc: "private" | "host" | "none" | { readonly path: string };
    readonly uts: "private" | "host";
    readonly cgroup: "private" | "host";
  };
  /** Name of a configured runtime; undefined for the default. */
  readonly runtime?: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Absolute path of the log file that the monitor writes (conmon's k8s-file form); undefined writes none. */
  readonly logPath?: string;
}

export interface ExecProcess {
  readonly execId: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly workingDir: string;
  readonly user: string;
  readonly tty: boolean;
  readonly terminalSize?: TerminalSize;
  readonly privileged: boolean;
  readonly stdin: boolean;
  /** Output is wanted; without it the driver discards it. */
  readonly output: boolean;
}

export interface RunningExec {
  readonly pid: number;
  readonly streams: ProcessStreams;
  /** 126 and 127 when the program could not be started; `message` then holds the runtime's words. */
  readonly exited: Promise<{ readonly exitCode: number; readonly message?: string }>;
  resize(size: TerminalSize): Promise<void>;
}

/** Connected stdio. One owner; call `onOutput` before the first turn of the event loop ends, or output is buffered. */
export interface ProcessStreams {
  /** `stream` 1 is stdout (and everything of a tty), 2 stderr. The chunk is the listener's to keep. */
  onOutput(listener: (stream: 1 | 2, chunk: Uint8Array) => void): void;
  /** All output has been delivered; no more will come. */
  onEnd(listener: () => void): void;
  /** Back-pressure from a slow client: output waits (in the driver up to a bound, then in the container's pipe). */
  pause(): void;
  resume(): void;
  /** Resolves when the bytes have been handed on; false when stdin is closed. */
  write(chunk: Uint8Array): Promise<boolean>;
  closeStdin(): void;
  /** Lets go; the container is not affected. */
  close(): void;
}

/**
 * Why a program could not be started, as far as users are told apart by it: not found is exit code 127, no permission
 * 126, everything else 125. "description": what was asked for is at fault (no such user, no such device) and no runtime
 * was called; `detail` is then the whole message for the user.
 */
export type RuntimeFailure = "executable-not-found" | "permission-denied" | "description" | "other";

/** What went wrong below, in facts: the engine words it for users. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
  /** The runtime's own last words, without log prefixes, in runc's wording where docker's users know it. */
  readonly detail: string;
  readonly reason: RuntimeFailure;
  constructor(message: string, detail: string, options: { cause?: unknown; reason?: RuntimeFailure } = {}) {
    super(message, { cause: options.cause });
    this.detail = detail;
    this.reason = options.reason ?? "other";
  }
}
