import type { Logger } from "#base/diagnostics/logger.ts";
import type { Answer } from "#server/route-table.ts";
import type { DaemonConfig } from "./config/daemon-config.ts";

/** What the daemon's process needs of the engine that it has built; how it is built is wiring's. */
export interface Engine {
  /** Every router's answers. */
  readonly answers: readonly Answer[];
  readonly storageDriver: string;
  readonly runtime: string;
  /** Containers that were found running. */
  readonly restored: number;
  /** Takes over what a reload may change. */
  reload(config: DaemonConfig): void;
  /** Locks that are held now, for the state dump: "container 3f4…" */
  heldLocks(): readonly string[];
  /**
   * Ends the engine's work. Containers are stopped, side by side, unless they live on (live-restore); what they may take
   * is their grace and `limitSeconds` at most.
   */
  stop(options: { limitSeconds: number }): Promise<void>;
}

export interface EngineOptions {
  readonly config: DaemonConfig;
  readonly logger: Logger;
  /** The daemon's identity. */
  readonly id: string;
}
