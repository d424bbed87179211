import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { RawConnection } from "../support/raw-connection.ts";
import { digestOf } from "../support/registry.ts";
import { type CommandResult, runCommand, type StartedCommand, startCommand } from "../support/run-command.ts";
import { runOnTerminal } from "../support/terminal.ts";
import type { ConformanceEngine } from "./engine.ts";
import { Normaliser } from "./normalise.ts";
import { linesOf, type RecordedStep, type Recording } from "./recording.ts";
import type { DockerStep, HttpStep, InspectStep, Scenario, Step, UntilStep } from "./scenario.ts";

const stepTimeout = 40_000;

/** Plays a scenario on an emptied engine and returns what it did, normalised. */
export async function playScenario(scenario: Scenario, engine: ConformanceEngine): Promise<Recording> {
  await engine.reset();
  const player = new Player(engine);
  mkdirSync(engine.words["$dir"]!, { recursive: true });
  try {
    const recorded: RecordedStep[] = [];
    for (const step of scenario.steps) {
      const entry = await player.play(step);
      if (entry) recorded.push(entry);
    }
    return recorded;
  } finally {
    player.abandon();
  }
}

class Player {
  readonly #engine: ConformanceEngine;
  readonly #normaliser: Normaliser;
  readonly #background = new Map<string, StartedCommand>();

  constructor(engine: ConformanceEngine) {
    this.#engine = engine;
    this.#normaliser = new Normaliser(engine.surroundings);
  }

  async play(step: Step): Promise<RecordedStep | undefined> {
    if (isCommand(step)) return this.#docker({ docker: step });
    if ("docker" in step) return this.#docker(step);
    if ("finish" in step) return this.#finish(step.finish, step.signal);
    if ("until" in step) return this.#until(step);
    if ("inspect" in step) return this.#inspect(step);
    if ("http" in step) return this.#http(step);
    if ("raw" in step) return this.#raw(step.raw);
    if ("fetch" in step) return this.#fetch(step.fetch);
    const path = join(this.#engine.words["$dir"]!, step.file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, step.text);
    return undefined;
  }

  /** Ends what a scenario that failed has left running. */
  abandon(): void {
    for (const command of this.#background.values()) command.kill("SIGKILL");
  }

  async #docker(step: DockerStep): Promise<RecordedStep | undefined> {
    const argv = [this.#engine.cli, ...step.docker.map((word) => this.#expand(word))];
    const env = { ...this.#engine.env, ...step.env };
    const stdin = step.stdin === undefined ? undefined : this.#expand(step.stdin);
    if (step.background !== undefined) {
      this.#background.set(step.background, startCommand(argv, { env, stdin, timeout: stepTimeout }));
      return undefined;
    }
    const result =
      step.terminal === undefined
        ? await runCommand(argv, { env, stdin, timeout: stepTimeout })
        : await runOnTerminal(argv, { env, typed: step.terminal, timeout: stepTimeout });
    if (step.silent && result.exitCode !== 0) throw new Error(`${argv.join(" ")}: ${result.stderr}`);
    if (step.readyOnce) await this.#until({ until: ["logs", step.readyOnce], prints: "ready" });
    if (step.silent) return undefined;
    return this.#entry(`docker ${step.docker.join(" ")}`, step.digested ? digested(result) : result, step.unordered);
  }

  async #finish(name: string, signal: NodeJS.Signals | undefined): Promise<RecordedStep> {
    const command = this.#background.get(name)!;
    if (signal) command.kill(signal);
    const result = await command.ended;
    this.#background.delete(name);
    return this.#entry(`end of ${name}${signal ? ` by ${signal}` : ""}`, result);
  }

  async #until({ until, prints }: UntilStep): Promise<undefined> {
    const wanted = this.#expand(prints);
    const deadline = Date.now() + 20_000;
    for (;;) {
      const printed =
        typeof until === "string" ? this.#background.get(until)!.stdoutSoFar() : await this.#printed(until);
      if (printed.includes(wanted)) return undefined;
      if (Date.now() > deadline) throw new Error(`${String(until)} never printed ${wanted}, but ${printed}`);
      await Bun.sleep(20);
    }
  }

  async #printed(words: readonly string[]): Promise<string> {
    const argv = [this.#engine.cli, ...words.map((word) => this.#expand(word))];
    const { stdout, stderr } = await runCommand(argv, { env: this.#engine.env, timeout: stepTimeout });
    return stdout + stderr;
  }

  async #inspect({ inspect, type = "container", fields }: InspectStep): Promise<RecordedStep> {
    const argv = [this.#engine.cli, "inspect", "--type", type, this.#expand(inspect)];
    const { stdout, stderr, exitCode } = await runCommand(argv, { env: this.#engine.env, timeout: stepTimeout });
    const step = `inspect ${inspect}`;
    if (exitCode !== 0) return this.#entry(step, { stdout, stderr, exitCode });
    return { step, fields: this.#pick((JSON.parse(stdout) as unknown[])[0], fields) };
  }

  async #http({ http, headers = {}, body, fields }: HttpStep): Promise<RecordedStep> {
    const [method = "", path = ""] = this.#expand(http).split(/ (.*)/);
    const sent = body === undefined ? {} : { body: this.#expand(body) };
    const type: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
    const answer = await this.#engine.request(method, path, { headers: { ...type, ...headers }, ...sent });
    const text = await answer.text();
    const common = { step: http, status: answer.status, type: answer.headers.get("content-type") ?? "none" };
    const json = parseJson(text);
    if (fields) return { ...common, fields: this.#pick(json, fields) };
    return { ...common, body: json === undefined ? this.#normaliser.text(text) : this.#normaliser.value(json) };
  }

  async #raw(bytes: string): Promise<RecordedStep> {
    const connection = await RawConnection.open({ path: this.#engine.socket });
    connection.send(bytes);
    connection.socket.end();
    const answer = await connection.untilEnd(10_000);
    connection.close();
    const [head = "", ...rest] = answer.split("\r\n\r\n");
    return {
      step: bytes.split("\r\n")[0]!,
      stdout: head.split("\r\n")[0]!,
      body: this.#normaliser.text(rest.join("\r\n\r\n")),
    };
  }

  async #fetch(url: string): Promise<RecordedStep> {
    const address = this.#expand(url);
    for (let attempt = 0; ; attempt++) {
      const answer = await fetch(address).catch(() => undefined);
      if (answer) return { step: `GET ${url}`, status: answer.status, body: await answer.text() };
      if (attempt === 100) return { step: `GET ${url}`, body: "no answer" };
      await Bun.sleep(50);
    }
  }

  #pick(from: unknown, fields: readonly string[]): Record<string, unknown> {
    return Object.fromEntries(fields.map((field) => [field, this.#normaliser.value(fieldOf(from, field)) ?? null]));
  }

  #entry(step: string, { exitCode, stdout, stderr }: CommandResult, isUnordered = false): RecordedStep {
    const show = (text: string) => {
      const normal = this.#normaliser.text(text);
      return linesOf(isUnordered ? normal.split("\n").toSorted().join("\n") : normal);
    };
    const entry: { -readonly [Key in keyof RecordedStep]: RecordedStep[Key] } = { step, exit: exitCode };
    const [out, err] = [show(stdout), show(stderr)];
    if (out !== undefined) entry.stdout = out;
    if (err !== undefined) entry.stderr = err;
    return entry;
  }

  #expand(text: string): string {
    let result = text;
    for (const [word, value] of Object.entries(this.#engine.words)) result = result.replaceAll(word, value);
    return result;
  }
}

function digested(result: CommandResult): CommandResult {
  return {
    ...result,
    stdout: `${result.stdout.length} bytes, ${digestOf(new TextEncoder().encode(result.stdout)).slice(7, 15)}`,
  };
}

function isCommand(step: Step): step is readonly string[] {
  return Array.isArray(step);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `A.B.0.C`, undefined where the way ends. A field's name may hold dots at the end of the way. */
function fieldOf(from: unknown, path: string): unknown {
  if (path === "" || from === null || typeof from !== "object") return path === "" ? from : undefined;
  const record = from as Record<string, unknown>;
  if (path in record) return record[path];
  const [first = "", rest = ""] = path.split(/\.(.*)/);
  return rest === "" ? undefined : fieldOf(record[first], rest);
}
