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
  const text = failed.kind === "crun" ? runcWords(failed) : strippedWords(failed.words);
  return { text, reason: reasonOf(text) };
}

function reasonOf(text: string): RuntimeFailure {
  if (/exec: ".*": (executable file not found in \$PATH|stat .*: no such file or directory)$/s.test(text)) {
    return "executable-not-found";
  }
  return /exec: ".*": (is a directory: )?permission denied$/s.test(text) ? "permission-denied" : "other";
}

/** runc writes `time="…" level=error msg="…"`; its last error is the telling one. */
function strippedWords(words: string): string {
  const messages = [...words.matchAll(/level=(?:error|fatal) msg="((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => text);
  const last = messages.at(-1) ?? words.trim();
  const plain = last.replaceAll(/\\(["\\])/g, "$1");
  // Before 1.2 runc does not say at which step it failed to find a program.
  return plain.replace(
    /^(runc create failed: unable to start container process: )(exec: )/,
    "$1error during container init: $2",
  );
}

function runcWords({ words, args, cwd, mounts }: FailedCall): string {
  const text = (words.trim().split("\n").at(-1) ?? "").replace(/^\S*Z: /, "");
  const [program = ""] = args;
  const init = (rest: string) => `${duringInit}${rest}`;
  if (/^executable file `.*` not found/s.test(text)) {
    return init(
      `exec: "${program}": ${program.includes("/") ? `stat ${program}: no such file or directory` : "executable file not found in $PATH"}`,
    );
  }
  if (text.startsWith("open executable: Operation not permitted")) {
    return init(`exec: "${program}": is a directory: permission denied`);
  }
  if (/^(open executable|exec .*): Permission denied/.test(text)) return init(`exec: "${program}": permission denied`);
  const chdir = /^chdir(?: to)? `.*`: (.*)$/.exec(text);
  if (chdir)
    return `unable to start container process: chdir to cwd ("${cwd}") set in config.json failed: ${lower(chdir[1])}`;
  const missing = /^error stat'ing file `(.*)`: (.*)$/.exec(text);
  const mount = missing && mounts.find(({ source }) => source === missing[1]);
  if (mount)
    return init(
      `error mounting "${mount.source}" to rootfs at "${mount.destination}": stat ${mount.source}: ${lower(missing[2])}`,
    );
  const failedMount = /^mount `(.*?)` to `(.*?)`: (.*)$/.exec(text);
  if (failedMount) {
    const [, source = "", target = "", why] = failedMount;
    const wrongKind = lower(why) === "not a directory" || lower(why) === "is a directory";
    const advice = wrongKind ? `: ${wrongKindAdvice}` : "";
    return init(
      `error mounting "${source}" to rootfs at "/${target.replace(/^\//, "")}": mount src=${source}: ${lower(why)}${advice}`,
    );
  }
  return init(text || "the runtime gave no reason");
}

const wrongKindAdvice =
  "Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type";

/** C's error texts begin with a capital letter, Go's do not. */
const lower = (text = "") => text.charAt(0).toLowerCase() + text.slice(1);
