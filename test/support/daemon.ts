import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { basename, join } from "node:path";
import { busyboxRootfs } from "./busybox-image.ts";
import { dockerCli } from "./docker-cli.ts";
import {
  type CommandOptions,
  type CommandResult,
  mustRun,
  runCommand,
  type StartedCommand,
  startCommand,
} from "./run-command.ts";

/** The executable under test: `$WHERRY`, or what `make build` made. */
export const wherryProgram = process.env["WHERRY"] || join(import.meta.dir, "../../dist/wherry");

/** Times of waiting are multiplied by this: an emulated machine is slow. */
export const patience = Number(process.env["WHERRY_TEST_PATIENCE"] ?? 1);

export interface DaemonOptions {
  /** Daemon flags beside those that keep everything private. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What daemon.json holds. */
  readonly config?: object;
  /** Puts the data root on a file system of its own that is no larger than this. */
  readonly dataRootMegabytes?: number;
  /** Keeps what lives as long as the machine in memory, as /run does on most machines. */
  readonly execRootInMemory?: boolean;
  /** Import the image `busybox`; on by default. */
  readonly busybox?: boolean;
}

/**
 * The built executable as a daemon whose folders, socket, bridge and firewall table are its own: any number of them run side
 * by side. Disposing it removes its containers and everything that it owns on the host.
 */
export class WherryDaemon implements AsyncDisposable {
  /** Short, because paths of sockets may not be longer than 108 bytes. */
  readonly folder = mkdtempSync("/tmp/w-");
  readonly subnet = freeSubnet();
  readonly #options: DaemonOptions;
  #child: Bun.Subprocess | undefined;

  private constructor(options: DaemonOptions) {
    this.#options = options;
    mkdirSync(join(this.folder, "config"));
    writeFileSync(join(this.folder, "daemon.json"), JSON.stringify(options.config ?? {}));
  }

  get dataRoot(): string {
    return join(this.folder, "g");
  }

  get execRoot(): string {
    return join(this.folder, "r");
  }

  get socket(): string {
    return join(this.folder, "s");
  }

  get bridgeAddress(): string {
    return `${this.subnet}.1`;
  }

  /** Its bridge is named after its data root. */
  get bridge(): string {
    return `wherry${this.#mark}`;
  }

  get table(): string {
    return `wherry_${this.#mark}`;
  }

  /** Cgroups of its containers lie below one of its own. */
  get cgroupParent(): string {
    return `/${basename(this.folder)}`;
  }

  get #mark(): string {
    return createHash("sha256").update(this.dataRoot).digest("hex").slice(0, 8);
  }

  get pid(): number {
    if (!this.#child) throw new Error("the daemon does not run");
    return this.#child.pid;
  }

  /** What a client needs; the settings of whoever runs the tests do not count. */
  get env(): Record<string, string> {
    const host = `unix://${this.socket}`;
    return { DOCKER_HOST: host, WHERRY_HOST: host, DOCKER_CONFIG: join(this.folder, "config"), TZ: "UTC" };
  }

  static async start(options: DaemonOptions = {}): Promise<WherryDaemon> {
    const daemon = new WherryDaemon(options);
    try {
      if (options.dataRootMegabytes !== undefined) await mountSmall(daemon.dataRoot, options.dataRootMegabytes);
      if (options.execRootInMemory) await mountSmall(daemon.execRoot, 256);
      await daemon.launch();
      if (options.busybox !== false) await daemon.importImage("busybox", await busyboxRootfs(), "--change", "CMD sh");
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
    return daemon;
  }

  async importImage(name: string, rootfs: Uint8Array, ...flags: readonly string[]): Promise<void> {
    await mustRun([dockerCli(), "import", ...flags, "-", name], { env: this.env, stdin: rootfs });
  }

  /** Runs the unmodified docker command line. */
  docker(...args: readonly string[]): Promise<CommandResult> {
    return runCommand([dockerCli(), ...args], { env: this.env });
  }

  dockerWith(options: CommandOptions, ...args: readonly string[]): Promise<CommandResult> {
    return runCommand([dockerCli(), ...args], { ...options, env: { ...this.env, ...options.env } });
  }

  /** The same, which must succeed; what it printed, without the last line's end. */
  async mustDocker(...args: readonly string[]): Promise<string> {
    return (await mustRun([dockerCli(), ...args], { env: this.env })).replace(/\n$/, "");
  }

  startDocker(...args: readonly string[]): StartedCommand {
    return startCommand([dockerCli(), ...args], { env: this.env });
  }

  wherry(...args: readonly string[]): Promise<CommandResult> {
    return runCommand([wherryProgram, ...args], { env: this.env });
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://engine${path}`, { ...init, unix: this.socket } as RequestInit);
  }

  log(): string {
    const path = join(this.folder, "log");
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  /** Starts the process and waits until it answers. */
  async launch(): Promise<void> {
    const own = [
      "-g",
      this.dataRoot,
      "--exec-root",
      this.execRoot,
      "-p",
      join(this.folder, "pid"),
      "-H",
      `unix://${this.socket}`,
    ];
    const set = [
      "--bip",
      `${this.bridgeAddress}/24`,
      "--cgroup-parent",
      this.cgroupParent,
      "--config-file",
      join(this.folder, "daemon.json"),
    ];
    const log = openSync(join(this.folder, "log"), "a");
    try {
      this.#child = Bun.spawn([wherryProgram, "daemon", ...own, ...set, ...(this.#options.args ?? [])], {
        stdin: "ignore",
        stdout: log,
        stderr: log,
        env: { ...process.env, NOTIFY_SOCKET: undefined, ...this.#options.env },
      });
    } finally {
      closeSync(log);
    }
    const deadline = Date.now() + 20_000 * patience;
    while (!(await this.#isAnswering())) {
      if (Date.now() > deadline || this.#child.exitCode !== null)
        throw new Error(`the daemon did not start:\n${this.log()}`);
      await Bun.sleep(10);
    }
  }

  /** Asks it to end and returns its exit code. */
  async stop(): Promise<number> {
    return this.#end("SIGTERM");
  }

  /** As a crash: nothing can be tidied up. */
  async kill9(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.launch();
  }

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<number> {
    const child = this.#child;
    if (!child) return 0;
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), 30_000);
    await child.exited;
    clearTimeout(late);
    this.#child = undefined;
    return child.exitCode ?? 128;
  }

  async #isAnswering(): Promise<boolean> {
    try {
      return (await this.fetch("/_ping", { signal: AbortSignal.timeout(2000) })).ok;
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child && this.#child.exitCode === null) {
      const { stdout } = await this.docker("ps", "-aq");
      const ids = stdout.split("\n").filter(Boolean);
      if (ids.length > 0) await this.docker("rm", "-fv", ...ids);
      await this.stop();
    }
    await removeFromHost(this);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function mountSmall(folder: string, megabytes: number): Promise<void> {
  mkdirSync(folder);
  await mustRun(["mount", "-t", "tmpfs", "-o", `size=${megabytes}m,mode=700`, "tmpfs", folder]);
}

/** What a daemon leaves on purpose when it ends (its bridge, its table), and what a failed test may have left. */
async function removeFromHost({ folder, bridge, table, cgroupParent }: WherryDaemon): Promise<void> {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "");
  for (const path of mounts.filter((path) => path.startsWith(`${folder}/`)).toReversed())
    await runCommand(["umount", "-l", path]);
  await runCommand(["ip", "link", "delete", bridge]);
  for (const family of ["ip", "ip6", "inet"]) await runCommand(["nft", "delete", "table", family, table]);
  await runCommand([
    "find",
    "/sys/fs/cgroup",
    "-maxdepth",
    "2",
    "-type",
    "d",
    "-name",
    basename(cgroupParent),
    "-exec",
    "rmdir",
    "{}",
    "+",
  ]);
}

/** `10.x.y` that no interface of this host has. */
function freeSubnet(): string {
  const used = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  for (;;) {
    const subnet = `10.${200 + Math.floor(Math.random() * 55)}.${Math.floor(Math.random() * 256)}`;
    if (!used.some((address) => address.startsWith(`${subnet}.`))) return subnet;
  }
}
