import { ApiError, DaemonUnreachable } from "#client/api-error.ts";
import { CommandError } from "./command.ts";

/** The exit code of a command that failed: its own, or 1. */
export const exitCodeOf = (error: unknown): number => (error instanceof CommandError ? error.exitCode : 1);

/** What the user reads; undefined when the failure is a bug of ours. */
export function failureText(error: unknown): string | undefined {
  if (error instanceof CommandError || error instanceof DaemonUnreachable) return error.message;
  if (error instanceof ApiError) return `Error response from daemon: ${error.message}`;
  return undefined;
}
