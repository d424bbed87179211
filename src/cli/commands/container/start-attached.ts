import type { Client } from "#client/client.ts";
import type { Out } from "../../output/out.ts";
import { copyInput, copyOutput, detachSequence } from "../../terminal/streams.ts";
import { followSize, proxySignals, rawMode } from "../../terminal/terminal.ts";

export interface AttachPlan {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
  readonly detachKeys: string | undefined;
  readonly signalProxy: boolean;
  /** What `wait` waits for: "next-exit", or "removed" for a container that removes itself. */
  readonly condition: "next-exit" | "removed";
}

/**
 * Attaches, begins to wait, starts, then copies until the container has ended; resolves with its exit code, or 0 when the
 * user has detached. `start` is called once both are in place, so that nothing is missed.
 */
export async function startAttached(
  client: Client,
  out: Out,
  id: string,
  plan: AttachPlan,
  start: () => Promise<unknown>,
): Promise<number> {
  const { stdin, stdout, stderr, tty, detachKeys } = plan;
  // The two do not depend on each other: both must be in place before the start.
  const [stream, { exited }] = await Promise.all([
    client.containers.attach(id, { stream: true, stdin, stdout, stderr, detachKeys }),
    client.containers.wait(id, plan.condition),
  ]);
  const restore = tty && stdin ? await rawMode() : undefined;
  const undo: (() => void)[] = [];
  try {
    const output = copyOutput(stream.source, out, tty);
    output.catch(() => undefined);
    if (plan.signalProxy) undo.push(proxySignals((signal) => client.containers.kill(id, { signal })));
    await start();
    const input = stdin ? copyInput(stream, tty ? detachSequence(detachKeys) : undefined) : undefined;
    if (input) undo.push(input.stop);
    if (tty) undo.push(followSize((size) => client.containers.resize(id, size)));
    const end = await Promise.race([output, ...(input ? [input.detached] : [])]);
    return end === "detached" ? 0 : (await exited).StatusCode;
  } finally {
    for (const step of undo) step();
    restore?.();
    stream.source.cancel();
  }
}
