import { existsSync, mkdirSync } from "node:fs";
import { EngineError, messageOf } from "#base/errors/engine-error.ts";
import { RuntimeError } from "#drivers/runtime/runtime-driver.ts";
import type { Endpoint } from "../network/network-record.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { noSuchContainer, startFailed, startPaused, startRemoving } from "./container-errors.ts";
import { publishContainer } from "./container-events.ts";
import { writeContainerFiles } from "./container-files.ts";
import { type ContainerRecord, withState } from "./container-record.ts";
import { nextStatus } from "./container-state.ts";
import { logDriverOf } from "./log-options.ts";
import { askedMac, networkPlace } from "./network-mode.ts";
import { portRequests } from "./ports.ts";
import { processSpec } from "./process-spec.ts";
import { removeEnded } from "./remove-ended.ts";
import { makeDirectoryInRootfs } from "./rootfs-path.ts";

/** Runs a container's program. Answers "was-running" when it does already. Throws in docker's words. */
export async function startContainer(deps: ContainerDeps, ref: string): Promise<"started" | "was-running"> {
  const { id } = deps.containers.get(ref);
  return deps.locks.run(id, () => startUnderLock(deps, id, "user"));
}

/** For those who hold the container's lock. A start by the restart policy counts as a restart. */
export async function startUnderLock(
  deps: ContainerDeps,
  id: string,
  by: "user" | "policy",
): Promise<"started" | "was-running"> {
  const record = deps.containers.byId(id);
  if (!record) throw noSuchContainer(id);
  const live = deps.live.of(id);
  const { status } = record.state;
  if (live.isBeingRemoved || status === "removing" || status === "dead") throw startRemoving();
  if (status === "paused") throw startPaused();
  if (status === "running" || (status === "restarting" && by === "user")) return "was-running";
  live.stoppedBy = "nobody";
  if (by === "user") {
    live.backoffMilliseconds = 0;
    live.failureCount = 0;
  }
  const restartCount = by === "user" ? 0 : record.state.restartCount + 1;
  try {
    await launch(deps, withState(record, { restartCount, stoppedByUser: false }));
  } catch (error) {
    await recordFailure(deps, record, error);
    throw wrapFailure(error);
  }
  return "started";
}

/**
 * The way from record to process. Before the program runs, the database says that it does: a crash at any point leaves
 * either nothing that runs, or a process that the next daemon finds and knows. That commit happens while the runtime
 * makes the namespaces, so nobody waits for it.
 */
async function launch(deps: ContainerDeps, record: ContainerRecord): Promise<void> {
  const { containers, runtime, storage, networks } = deps;
  const { id } = record;
  runtime.expectProcess();
  await using undo = new AsyncDisposableStack();
  const rootfs = storage.mount(id);
  undo.defer(() => storage.unmount(id));
  prepareFolders(record, rootfs);
  const endpoint = await connectNetwork(deps, record);
  if (endpoint) undo.defer(() => networks.disconnect(id, endpoint));
  const files = writeContainerFiles(deps, record, endpoint);
  const logPath = logDriverOf(record, deps.logDrivers) ? deps.dataRoot.containerLog(id) : undefined;
  const intended = running(record, endpoint, 0, deps.now());
  const creating = runtime.create(processSpec(deps, record, { rootfs, files, endpoint, logPath }));
  undo.defer(() => runtime.remove(id));
  const [created, recorded] = await Promise.allSettled([creating, containers.saveAhead(intended)]);
  if (created.status === "rejected") throw created.reason;
  if (recorded.status === "rejected") throw recorded.reason;
  const { hub } = deps.live.of(id);
  if (hub.isWanted) hub.connect(await runtime.attach(id));
  await runtime.start(id);
  undo.move();
  // The moment stays the recorded one: a crash before this is saved must not change what inspect has shown.
  const started = running(record, endpoint, created.value.pid, intended.state.startedAt);
  containers.saveLater(started);
  announceStart(deps, started);
}

function running(
  record: ContainerRecord,
  endpoint: Endpoint | undefined,
  pid: number,
  startedAt: string,
): ContainerRecord {
  const status = nextStatus(record.state.status, "start");
  const change = { status, pid, startedAt, exitCode: 0, error: "", oomKilled: false } as const;
  return { ...withState(record, change), endpoint, lastNetworkId: endpoint?.networkId };
}

function announceStart(deps: ContainerDeps, record: ContainerRecord): void {
  const { id, endpoint } = record;
  for (const { name, destination, readWrite } of record.mounts)
    if (name !== undefined) deps.volumes.announceMount(name, id, destination, readWrite);
  if (endpoint) deps.networks.announceConnected(id, endpoint);
  publishContainer(deps, record, "start");
}

/** Sources of `-v` that are missing, and the working directory, as docker makes them. */
function prepareFolders({ mounts, config }: ContainerRecord, rootfs: string): void {
  for (const { createSource, source } of mounts)
    if (createSource && !existsSync(source)) mkdirSync(source, { recursive: true, mode: 0o755 });
  const workingDir = config.WorkingDir ?? "";
  if (workingDir === "" || workingDir === "/") return;
  try {
    makeDirectoryInRootfs(rootfs, workingDir);
  } catch (cause) {
    const isFile = ["EEXIST", "ENOTDIR"].includes((cause as NodeJS.ErrnoException).code ?? "");
    throw isFile ? startFailed(`Cannot mkdir: ${workingDir} is not a directory`, "internal", cause) : cause;
  }
}

async function connectNetwork(deps: ContainerDeps, record: ContainerRecord): Promise<Endpoint | undefined> {
  const { config, hostConfig, networking, id, name } = record;
  const place = networkPlace(hostConfig.NetworkMode ?? "");
  if (place.kind === "container") checkJoined(deps, place.ref);
  if (place.kind !== "bridge" || config.NetworkDisabled) return undefined;
  const request = {
    containerId: id,
    containerName: name,
    networkName: place.network,
    ports: portRequests(config, hostConfig),
    mac: askedMac(config, networking, place.network),
  };
  try {
    return await connectWhenFree(deps, request);
  } catch (error) {
    const kind = error instanceof EngineError && error.kind === "not-found" ? "not-found" : "internal";
    throw startFailed(`failed to set up container networking: ${messageOf(error)}`, kind, error);
  }
}

function checkJoined({ containers }: ContainerDeps, ref: string): void {
  try {
    containers.get(ref);
  } catch (cause) {
    throw startFailed(`joining network namespace of container: ${messageOf(cause)}`, "not-found", cause);
  }
}

/** What another container has just let go of, but has not been cleared away yet, is waited for once. */
async function connectWhenFree(
  deps: ContainerDeps,
  request: Parameters<ContainerDeps["networks"]["connect"]>[0],
): Promise<Endpoint> {
  try {
    return deps.networks.connect(request);
  } catch (error) {
    const ending = deps.live.endings();
    if (ending.length === 0 || !(error instanceof EngineError) || !takenCodes.has(error.code)) throw error;
    await Promise.all(ending);
    return deps.networks.connect(request);
  }
}

const takenCodes = new Set([
  "network.port-allocated",
  "network.port-not-bound",
  "network.no-port",
  "network.no-address",
]);

/** docker's exit codes of a program that could not be started. */
function exitCodeOf(error: unknown): number {
  if (!(error instanceof RuntimeError)) return 128;
  if (error.reason === "executable-not-found") return 127;
  return error.reason === "permission-denied" ? 126 : 128;
}

function wrapFailure(error: unknown): unknown {
  if (!(error instanceof RuntimeError)) return error;
  if (error.reason === "description") return startFailed(error.detail, "invalid-argument", error);
  const kind = error.reason === "other" ? "internal" : "invalid-argument";
  return startFailed(
    `failed to create task for container: failed to create shim task: OCI runtime create failed: ${error.detail}`,
    kind,
    error,
  );
}

/** The container keeps the reason; whoever was attached is let go. One that removes itself does so now. */
async function recordFailure(deps: ContainerDeps, record: ContainerRecord, error: unknown): Promise<void> {
  const live = deps.live.of(record.id);
  live.hub.end();
  const status = record.state.status === "restarting" ? nextStatus("restarting", "giveUp") : record.state.status;
  const exitCode = exitCodeOf(error);
  const failed = withState(record, { status, exitCode, error: messageOf(wrapFailure(error)) });
  if (record.hostConfig.AutoRemove) return removeEnded(deps, failed, undefined);
  await deps.containers.save(failed);
  if (record.state.status === "restarting") live.exits.tell({ exitCode });
}
