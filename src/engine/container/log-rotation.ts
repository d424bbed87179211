import { statSync } from "node:fs";
import { messageOf } from "#base/errors/engine-error.ts";
import type { ContainerDeps } from "./container-deps.ts";
import type { ContainerRecord } from "./container-record.ts";
import { hasProcess } from "./container-state.ts";
import { logBounds, logDriverOf } from "./log-options.ts";

/** How often sizes are looked at, in milliseconds: a log may exceed its bound by what is written meanwhile. */
const checkMilliseconds = 1000;

type Needs = Pick<
  ContainerDeps,
  "containers" | "runtime" | "logDrivers" | "dataRoot" | "logger" | "background" | "defaults"
>;

/** Keeps the logs of running containers within their bounds, until `stop`. */
export class LogRotation {
  readonly #deps: Needs;
  readonly #busy = new Set<string>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(deps: Needs) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.#check(), checkMilliseconds);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    for (const record of this.#deps.containers.all()) {
      if (!hasProcess(record.state.status) || this.#busy.has(record.id)) continue;
      this.#busy.add(record.id);
      const work = this.#rotate(record).finally(() => this.#busy.delete(record.id));
      this.#deps.background("rotate a log", work);
    }
  }

  async #rotate(record: ContainerRecord): Promise<void> {
    const { id } = record;
    const driver = logDriverOf(record, this.#deps.logDrivers);
    if (!driver) return;
    const path = this.#deps.dataRoot.containerLog(id);
    const bounds = logBounds(record.hostConfig.LogConfig?.Config ?? {});
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= bounds.maxSizeBytes) return;
    try {
      await driver.rotate(path, bounds, () => this.#deps.runtime.reopenLog(id));
    } catch (error) {
      this.#deps.logger.warn("could not rotate a log", { container: id, error: messageOf(error) });
    }
  }
}
