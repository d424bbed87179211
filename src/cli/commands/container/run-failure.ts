import { ApiError, DaemonUnreachable } from "#client/api-error.ts";
import { CommandError, InvalidImageName } from "../../command.ts";

/** A failure of `run` or `create` before the container's own program: docker's exit codes 125, 126 and 127. */
export function runFailure(error: unknown, program: string, verb: "run" | "create"): unknown {
  const tail = `\n\nRun '${program} ${verb} --help' for more information`;
  if (error instanceof ApiError) {
    const text = `${program}: Error response from daemon: ${error.message}${tail}`;
    return new CommandError(
      verb === "create" ? 1 : codeFor(error.message),
      verb === "create" ? `Error response from daemon: ${error.message}` : text,
    );
  }
  if (error instanceof InvalidImageName && verb === "create") return new CommandError(1, error.message);
  if (error instanceof DaemonUnreachable) {
    if (verb === "create") return error;
    return new CommandError(125, `${program}: ${error.message}${tail}`);
  }
  if (error instanceof CommandError && error.exitCode === 125)
    return new CommandError(125, `${program}: ${error.message}${tail}`);
  return error;
}

/** 127: there is no such program. 126: it cannot be run. 125: the daemon failed. */
function codeFor(message: string): number {
  if (/executable file not found|no such file or directory|system cannot find the file specified/.test(message))
    return 127;
  if (/permission denied|is a directory/.test(message)) return 126;
  return 125;
}
