import { RuntimeError, type RuntimeFailure } from "../runtime-driver.ts";

export interface FailedCall {
  /** What the runtime wrote. */
  readonly words: string;
  readonly kind: "crun" | "runc" | "other";
  readonly args: readonly string[];
  readonly cwd: string;
  readonly mounts: readonly { readonly destination: string; readonly source: string }[];
}

const duringInit = "unable to start container process: error during container init: ";

/**
 * A runtime's complaint as RuntimeError. `detail` is worded as runc words it ("runc create failed: unable to start
 * container process: …"), since that is what docker's users and their scripts know, whichever runtime failed.
 */
export function creationError(failed: FailedCall): RuntimeError {
  const { text, reason } = translate(failed);
  const detail = text.startsWith("runc create failed: ") ? text : `runc create failed: ${text}`;
  return new RuntimeError("cannot create the container's process", detail, { reason });
}

/** The same for an exec: "exec failed: unable to start container process: …", and the exit code docker gives it. */
export function execFailure(failed: FailedCall): { readonly message: string; readonly exitCode: 126 | 127 } {
  const { text, reason } = translate(failed);
  const message = text.startsWith("exec failed: ") ? text : `exec failed: ${text.replace(duringInit, startPrefix)}`;
  return { message, exitCode: reason === "permission-denied" ? 126 : 127 };
}
const startPrefix = "unable to start container process: ";

function translate(failed: FailedCall): { text: string; reason: RuntimeFailure } {
  const text = asDockerWords(failed.kind === "crun" ? runcWords(failed) : lastError(failed.words));
  return { text, reason: reasonOf(text) };
}

function reasonOf(text: string): RuntimeFailure {
  if (/exec: ".*": (executable file not found in \$PATH|stat .*: no such file or directory)$/s.test(text)) {
    return "executable-not-found";
  }
  return /exec: ".*": (is a directory: )?permission denied$/s.test(text) ? "permission-denied" : "other";
}

/** What docker itself adds to the words of runc. */
function asDockerWords(text: string): string {
  if (/exec: ".*": is a directory$/s.test(text)) return `${text}: permission denied`;
  return /error mounting ".*": .*(not a directory|is a directory)$/s.test(text) ? `${text}: ${wrongKindAdvice}` : text;
}

const wrongKindAdvice =
  "Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type";

/** runc writes `time="…" level=error msg="…"`; its last error is the telling one. */
function lastError(words: string): string {
  const messages = [...words.matchAll(/level=(?:error|fatal) msg="((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => text);
  const last = (messages.at(-1) ?? words.trim()).replaceAll(/\\(["\\])/g, "$1");
  // Before 1.2 runc does not say at which step it failed to find a program.
  return last.replace(
    /^(runc create failed: unable to start container process: )(exec: )/,
    "$1error during container init: $2",
  );
}

/** crun's words in those of runc. Each pattern stands for one wording, of crun 1.8 or of a later one. */
function runcWords({ words, args, cwd, mounts }: FailedCall): string {
  const text = (words.trim().split("\n").at(-1) ?? "").replace(/^\S*Z: /, "");
  const chdir = /^chdir(?: to)? `.*`: (.*)$/s.exec(text);
  if (chdir) {
    return `unable to start container process: chdir to cwd ("${cwd}") set in config.json failed: ${lower(chdir[1])}`;
  }
  return `${duringInit}${programWords(text, args[0] ?? "") ?? mountWords(text, mounts) ?? (text || noReason)}`;
}
const noReason = "the runtime gave no reason";

function programWords(text: string, program: string): string | undefined {
  const because = (why: string) => `exec: "${program}": ${why}`;
  if (/^executable file `.*` not found/s.test(text)) {
    const isPath = program.includes("/");
    return because(isPath ? `stat ${program}: no such file or directory` : "executable file not found in $PATH");
  }
  if (/^(open executable: Operation not permitted|the path `.*` is not a regular file)/s.test(text)) {
    return because("is a directory");
  }
  const notAllowed = /^(open executable: Permission denied|the path `.*` exists but it is not executable)/s;
  return notAllowed.test(text) ? because("permission denied") : undefined;
}

function mountWords(text: string, mounts: FailedCall["mounts"]): string | undefined {
  const missing = /^(?:error stat'ing file|cannot stat) `(.*)`: (.*)$/s.exec(text);
  const mount = missing && mounts.find(({ source }) => source === missing[1]);
  if (mount) {
    const { source, destination } = mount;
    return `error mounting "${source}" to rootfs at "${destination}": stat ${source}: ${lower(missing[2])}`;
  }
  const [, source, target = "", why] = /^mount `(.*?)` to `(.*?)`: (.*)$/s.exec(text) ?? [];
  if (source === undefined) return undefined;
  return `error mounting "${source}" to rootfs at "/${target.replace(/^\//, "")}": mount src=${source}: ${lower(why)}`;
}

/** C's error texts begin with a capital letter, Go's do not. */
const lower = (text = "") => text.charAt(0).toLowerCase() + text.slice(1);
