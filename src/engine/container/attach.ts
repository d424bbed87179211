import { defaultDetachKeys, parseDetachKeys } from "#formats/detach-keys/detach-keys.ts";
import type { AttachClient } from "./attach-hub.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { invalidDetachKeys, isRestarting, pausedBefore } from "./container-errors.ts";
import { publishContainer } from "./container-events.ts";
import type { ContainerRecord } from "./container-record.ts";
import { hasProcess } from "./container-state.ts";
import { readLogs } from "./logs.ts";

export interface AttachRequest {
  /** First what was written before, from the log. */
  readonly logs: boolean;
  /** Then what is written from now on. */
  readonly stream: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** As the user wrote them; empty for docker's. */
  readonly detachKeys: string;
}

type Needs = Pick<ContainerDeps, "containers" | "live" | "runtime" | "events" | "logDrivers" | "dataRoot">;

/**
 * Joins a client to a container's stdio, running or not: one that comes before the start misses nothing. `open` takes the
 * connection over, when all that can be refused has been. Resolves when the client is served.
 */
export async function attachContainer(
  deps: Needs,
  ref: string,
  request: AttachRequest,
  open: (tty: boolean) => AttachClient,
): Promise<void> {
  const record = deps.containers.get(ref);
  const { config, state, id, name } = record;
  const tty = config.Tty ?? false;
  const detachKeys = detachKeysOf(request.detachKeys, tty);
  if (state.status === "paused") throw pausedBefore(name, "attach");
  if (state.status === "restarting") throw isRestarting(id);
  const client = open(tty);
  publishContainer(deps, record, "attach");
  if (request.logs) await replay(deps, record, request, client);
  if (!request.stream) return;
  const { hub } = deps.live.of(id);
  const stdin = request.stdin && (config.OpenStdin ?? false);
  const { stdout, stderr } = request;
  const stdinOnce = (config.StdinOnce ?? false) && !tty;
  const served = hub.join(client, { stdin, stdout, stderr, stdinOnce, detachKeys });
  await connectRunning(deps, id);
  if ((await served) === "detached") publishContainer(deps, record, "detach");
}

/** The bytes that let a client go; none without a terminal. Throws `container.invalid-detach-keys`. */
export function detachKeysOf(text: string, tty: boolean): readonly number[] {
  const keys = text === "" ? defaultDetachKeys : parseDetachKeys(text);
  if (!keys) throw invalidDetachKeys(text);
  return tty ? keys : [];
}

/** The first client of a container that runs already brings the connection to its process. */
async function connectRunning({ containers, live, runtime }: Needs, id: string): Promise<void> {
  const { hub } = live.of(id);
  const status = containers.byId(id)?.state.status;
  if (hub.isConnected || !status || !hasProcess(status)) return;
  const streams = await runtime.attach(id);
  // Another client may have been faster, or this one gone already.
  if (hub.isConnected || !hub.isWanted) streams.close();
  else hub.connect(streams);
}

async function replay(
  deps: Needs,
  record: ContainerRecord,
  { stdout, stderr }: AttachRequest,
  client: AttachClient,
): Promise<void> {
  const gone = new AbortController();
  client.onClose(() => gone.abort());
  const batches = readLogs(deps, record, { stdout, stderr, follow: false, signal: gone.signal });
  for await (const batch of batches ?? [])
    for (const { stream, data } of batch) if (!client.write(stream, data)) await drained(client, gone.signal);
}

function drained(client: AttachClient, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    client.onDrain(resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
