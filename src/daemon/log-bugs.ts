import type { Logger } from "#base/diagnostics/logger.ts";

/**
 * Errors that nobody has caught are bugs of ours. They are logged with their place, and the daemon goes on: what one request
 * has met must not take the API away from everyone else. State is safe, as every change of it is one transaction. Returns
 * the way to stop listening.
 */
export function logBugs(logger: Logger): () => void {
  const log = (thrown: unknown) => {
    const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    logger.error("unexpected error, please report it", { stack });
  };
  process.on("uncaughtException", log);
  process.on("unhandledRejection", log);
  return () => {
    process.off("uncaughtException", log);
    process.off("unhandledRejection", log);
  };
}
