import type { ContainerDeps } from "./container-deps.ts";
import { invalidCondition } from "./container-errors.ts";
import { isActive } from "./container-state.ts";
import type { ContainerEnd } from "./live-container.ts";

/**
 * Waits for a container to be "not-running" (the default; answers at once when it is), for its "next-exit", or to be
 * "removed". The container is looked up before anything is waited for: the answer's head can be sent when this returns.
 * Throws `container.no-such`, `container.invalid-condition`.
 */
export function waitForContainer(
  { containers, live }: Pick<ContainerDeps, "containers" | "live">,
  ref: string,
  condition: string,
): { readonly end: Promise<ContainerEnd> } {
  if (!["", "not-running", "next-exit", "removed"].includes(condition)) throw invalidCondition(condition);
  const { id, state } = containers.get(ref);
  if (condition === "removed") return { end: live.of(id).removals.next() };
  if (condition !== "next-exit" && !isActive(state.status))
    return { end: Promise.resolve({ exitCode: state.exitCode }) };
  return { end: whenNotActive({ containers, live }, id, condition === "next-exit") };
}

/** An end that the restart policy will follow up is not the end for those who wait for "not-running". */
async function whenNotActive(
  { containers, live }: Pick<ContainerDeps, "containers" | "live">,
  id: string,
  anyExit: boolean,
): Promise<ContainerEnd> {
  while (true) {
    const end = await live.of(id).exits.next();
    const status = containers.byId(id)?.state.status;
    if (anyExit || status === undefined || !isActive(status)) return end;
  }
}
