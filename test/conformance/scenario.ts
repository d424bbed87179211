/**
 * A scenario is a short story told to an engine by docker's command line: its steps run in order, on an engine that holds
 * nothing but the image `busybox`. What each step printed and returned is compared with what dockerd did.
 *
 * Words that stand for something of the run: `$registry` (a registry on loopback, with the images of engine.ts), `$port`
 * and `$port2` (free ports), `$dir` (an empty folder), `$rootfs` (a tar of what is in busybox), `$bridge` (address of the default
 * bridge).
 */
export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** An array is a docker command, run to its end. */
export type Step =
  | readonly string[]
  | DockerStep
  | FinishStep
  | UntilStep
  | InspectStep
  | HttpStep
  | RawStep
  | FetchStep
  | FileStep;

export interface DockerStep {
  readonly docker: readonly string[];
  readonly stdin?: string;
  /** Run it on a terminal of 80 × 24, and type this once it has printed something. */
  readonly terminal?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** It goes on beside the next steps, until a step with `finish` asks for it by this name. */
  readonly background?: string;
  /** Lines come in no certain order. */
  readonly unordered?: true;
  /** Compare length and digest of a long output instead of the text. */
  readonly digested?: true;
  /** Afterwards, wait until this container has printed `ready`. */
  readonly readyOnce?: string;
  /** Only for its effect: what it prints is not compared. */
  readonly silent?: true;
}

/** Waits for a command in the background and records what it did; first sends it a signal, if told so. */
export interface FinishStep {
  readonly finish: string;
  readonly signal?: NodeJS.Signals;
}

/** Repeats a docker command until it prints (or, for a command in the background, has printed) this; nothing is recorded. */
export interface UntilStep {
  readonly until: readonly string[] | string;
  readonly prints: string;
}

/** Compares these fields (`State.ExitCode`) of what the engine tells about something. */
export interface InspectStep {
  readonly inspect: string;
  readonly type?: "container" | "image" | "volume" | "network";
  readonly fields: readonly string[];
}

/** A request to the engine itself: `GET /v1.44/info`. Compares status, content type and body. */
export interface HttpStep {
  readonly http: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Compare only these fields of a JSON answer. */
  readonly fields?: readonly string[];
}

/** Exactly these bytes on a connection of its own, then its end; compares the first answer. */
export interface RawStep {
  readonly raw: string;
}

/** Asks a published port; tried until it answers. */
export interface FetchStep {
  readonly fetch: string;
}

/** Writes a file under `$dir`. */
export interface FileStep {
  readonly file: string;
  readonly text: string;
}

export function scenario(name: string, ...steps: readonly Step[]): Scenario {
  return { name, steps };
}

/** The command lines nearly every scenario needs. */
export const run = (...args: readonly string[]): readonly string[] => ["run", "--rm", ...args];
export const start = (name: string, ...args: readonly string[]): DockerStep => ({
  docker: ["run", "-d", "--name", name, ...args],
  silent: true,
});
/** A container that sleeps until it is told to end, and then does so at once. Its output is "ready". */
export const startSleeper = (name: string, ...flags: readonly string[]): DockerStep => ({
  ...start(name, ...flags, "busybox", "sh", "-c", "trap 'exit 0' TERM INT; echo ready; while :; do sleep 0.05; done"),
  readyOnce: name,
});
export const sh = (script: string): readonly string[] => ["busybox", "sh", "-c", script];
