import type { Logger } from "#base/diagnostics/logger.ts";
import { countOpenFiles } from "./host-facts.ts";

export interface DumpedState {
  readonly requests: readonly { readonly request: string; readonly seconds: number }[];
  readonly locks: readonly string[];
}

/** Writes to the log what the daemon is doing: open requests, locks that are held, memory, descriptors. */
export function dumpState(logger: Logger, { requests, locks }: DumpedState): void {
  const { rss, heapUsed } = process.memoryUsage();
  logger.info("=== BEGIN state dump ===", {
    requests: requests.length,
    locks: locks.length,
    rssBytes: rss,
    heapBytes: heapUsed,
    openFiles: countOpenFiles(),
    uptimeSeconds: Math.round(process.uptime()),
  });
  for (const { request, seconds } of requests) logger.info("open request", { request, seconds: seconds.toFixed(1) });
  for (const lock of locks) logger.info("held lock", { lock });
  logger.info("=== END state dump ===");
}
