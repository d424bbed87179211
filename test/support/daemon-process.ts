import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = join(import.meta.dir, "run-daemon.ts");

export interface DaemonProcessOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Listen on the folder's socket; on by default. */
  readonly socket?: boolean;
  /** A folder of another one, to start on the same state. */
  readonly folder?: string;
}

/** A real daemon in a process of its own, with everything private in one folder. */
export class DaemonProcess implements AsyncDisposable {
  readonly folder: string;
  readonly #ownsFolder: boolean;
  readonly #child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  #log = "";
  #output = "";
  readonly #read: Promise<unknown>;

  constructor({ args = [], env = {}, socket = true, folder }: DaemonProcessOptions = {}) {
    this.folder = folder ?? mkdtempSync(join(tmpdir(), "wherry-daemon-"));
    this.#ownsFolder = folder === undefined;
    const own = ["-g", this.at("data"), "--exec-root", this.at("run"), "-p", this.at("pid"), "-b", "none"];
    const hosts = socket ? ["-H", `unix://${this.socketPath}`] : [];
    const configFile = args.includes("--config-file") ? [] : ["--config-file", this.configFile({})];
    this.#child = Bun.spawn([process.execPath, program, ...own, ...hosts, ...configFile, ...args], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: { ...process.env, HOME: this.folder, ...env },
    });
    this.#read = Promise.all([
      this.#collect(this.#child.stderr, (text) => (this.#log += text)),
      this.#collect(this.#child.stdout, (text) => (this.#output += text)),
    ]);
  }

  static async start(options: DaemonProcessOptions = {}): Promise<DaemonProcess> {
    const daemon = new DaemonProcess(options);
    await daemon.untilLogged("Daemon has completed initialization");
    return daemon;
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  get socketPath(): string {
    return this.at("api.sock");
  }

  get pid(): number {
    return this.#child.pid;
  }

  get log(): string {
    return this.#log;
  }

  get output(): string {
    return this.#output;
  }

  /** Writes a configuration file into the folder and returns its path. */
  configFile(content: object | string): string {
    const path = this.at("daemon.json");
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  }

  read(name: string): string {
    return readFileSync(this.at(name), "utf8");
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://docker${path}`, { ...init, unix: this.socketPath } as RequestInit);
  }

  /** Waits for a text in the log; throws with the whole log when it does not come. */
  async untilLogged(text: string, withinMilliseconds = 15_000): Promise<void> {
    const deadline = Date.now() + withinMilliseconds;
    while (!this.#log.includes(text)) {
      if (Date.now() > deadline || this.#child.exitCode !== null) {
        await this.#read.catch(() => undefined);
        if (this.#log.includes(text)) return;
        throw new Error(`no ${JSON.stringify(text)} in the log:\n${this.#log}`);
      }
      await Bun.sleep(10);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit code; 128 + signal for a process that was killed. */
  async exited(): Promise<number> {
    const code = await this.#child.exited;
    await this.#read;
    return code;
  }

  async stop(): Promise<number> {
    this.signal("SIGTERM");
    return this.exited();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) await this.stop();
    if (this.#ownsFolder) rmSync(this.folder, { recursive: true, force: true });
  }

  async #collect(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }));
  }
}
