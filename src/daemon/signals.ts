import { constants } from "node:os";
import type { Logger } from "#base/diagnostics/logger.ts";

export interface SignalActions {
  /** The first INT or TERM. */
  readonly stop: () => void;
  readonly reload: () => void;
  readonly dump: () => void;
}

/** How many requests to stop end the process at once. */
const forcedAfter = 3;

/**
 * INT and TERM ask for the end, the third one forces it with exit code 128 + signal; HUP reloads, USR1 dumps. Returns the
 * way to stop listening.
 */
export function trapSignals(logger: Logger, actions: SignalActions): () => void {
  let asked = 0;
  const onStop = (signal: NodeJS.Signals) => {
    asked += 1;
    logger.info(`Processing signal '${words[signal] ?? signal}'`);
    if (asked === 1) actions.stop();
    if (asked < forcedAfter) return;
    logger.info(`Forcing wherry daemon shutdown without cleanup; ${asked} interrupts received`);
    process.exit(128 + constants.signals[signal]);
  };
  const handlers: [NodeJS.Signals, (signal: NodeJS.Signals) => void][] = [
    ["SIGINT", onStop],
    ["SIGTERM", onStop],
    ["SIGHUP", actions.reload],
    ["SIGUSR1", actions.dump],
    // A client that goes away is told by the write's error.
    ["SIGPIPE", () => undefined],
  ];
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}

const words: Partial<Record<NodeJS.Signals, string>> = { SIGINT: "interrupt", SIGTERM: "terminated" };
