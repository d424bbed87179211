import { EngineError } from "#base/errors/engine-error.ts";
import { SIGKILL } from "#formats/signal/signal.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { cannotKill, notRunning } from "./container-errors.ts";
import { isActive } from "./container-state.ts";
import { giveUpRestart, sendSignal, stopSignalOf } from "./send-signal.ts";
import { endedWithin } from "./stop.ts";
import { checkedSignal } from "./validate-config.ts";

/** docker waits this long for a killed container to be gone, and answers then in any case. */
const killSeconds = 10;

type Needs = Pick<ContainerDeps, "containers" | "runtime" | "live" | "locks" | "events">;

/** Sends a signal, SIGKILL when none is named; after SIGKILL it answers when the container has ended. Throws `container.not-running`. */
export async function killContainer(deps: Needs, ref: string, signalName: string): Promise<void> {
  try {
    const { id } = deps.containers.get(ref);
    const signal = signalName === "" ? SIGKILL : checkedSignal(signalName);
    const ended = await deps.locks.run(id, () => send(deps, id, signal));
    if (ended) await endedWithin(ended.end, killSeconds);
  } catch (error) {
    throw error instanceof EngineError ? cannotKill(ref, error) : error;
  }
}

async function send(deps: Needs, id: string, signal: number) {
  const record = deps.containers.byId(id);
  if (!record || !isActive(record.state.status)) throw notRunning(id);
  if (record.state.status === "restarting") {
    if (signal === SIGKILL || signal === stopSignalOf(record)) await giveUpRestart(deps, record);
    return undefined;
  }
  const end = deps.live.of(id).exits.next();
  const outcome = await sendSignal(deps, record, signal);
  return signal === SIGKILL && outcome === "sent" ? { end } : undefined;
}
