/** The daemon cannot start or go on; the message is its last line of log, and the exit code is 1. */
export class DaemonError extends Error {
  override readonly name = "DaemonError";
}
