import type { TerminalSize } from "#drivers/runtime/runtime-driver.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { notRunning } from "./container-errors.ts";
import { publishContainer } from "./container-events.ts";
import { hasProcess } from "./container-state.ts";

/** Tells the container's terminal its new size. One without a terminal takes no notice. */
export async function resizeContainer(
  deps: Pick<ContainerDeps, "containers" | "runtime" | "events">,
  ref: string,
  size: TerminalSize,
): Promise<void> {
  const record = deps.containers.get(ref);
  if (!hasProcess(record.state.status)) throw notRunning(record.id);
  if (record.config.Tty) await deps.runtime.resize(record.id, size);
  publishContainer(deps, record, "resize", { height: String(size.rows), width: String(size.columns) });
}
