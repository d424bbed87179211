import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "#base/errors/engine-error.ts";
import { type RunningExec, RuntimeError, type TerminalSize } from "#drivers/runtime/runtime-driver.ts";
import { detachKeysOf } from "./attach.ts";
import { type AttachClient, AttachHub } from "./attach-hub.ts";
import type { ContainerDeps } from "./container-deps.ts";
import {
  execFailed,
  execHasRun,
  execNotRunning,
  execRunning,
  isRestarting,
  noExecCommand,
  notRunning,
  pausedBefore,
} from "./container-errors.ts";
import { publishContainer } from "./container-events.ts";
import type { ContainerRecord } from "./container-record.ts";
import type { ExecRecord, ExecRequest } from "./exec-store.ts";
import { environment } from "./process-spec.ts";

type Needs = Pick<ContainerDeps, "containers" | "execs" | "runtime" | "events" | "background">;

/** How long output may still come when the process has ended: a child of its own may hold it. */
const outputGraceMilliseconds = 2000;

/** Notes a process to be run inside a running container. Throws `container.not-running`, `exec.no-command`, `exec.failed`. */
export function createExec(deps: Needs, ref: string, request: ExecRequest): ExecRecord {
  const container = deps.containers.get(ref);
  if (request.command.length === 0) throw noExecCommand();
  detachKeysOf(request.detachKeys, request.tty);
  requireRunning(container);
  checkUser(deps, container.id, request.user);
  deps.runtime.expectProcess();
  const exec: ExecRecord = {
    id: randomBytes(32).toString("hex"),
    containerId: container.id,
    request,
    status: "created",
    pid: 0,
    exitCode: undefined,
  };
  deps.execs.add(exec);
  publishContainer(deps, container, `exec_create: ${request.command.join(" ")}`, { execID: exec.id });
  return exec;
}

/** docker tells an unknown user before it makes the exec. */
function checkUser({ runtime }: Needs, id: string, user: string): void {
  if (user === "") return;
  try {
    runtime.checkUser(id, user);
  } catch (error) {
    if (error instanceof RuntimeError) throw execFailed(error.detail, error);
    throw error;
  }
}

export interface StartExec {
  /** Instead of the one given at creation. */
  readonly terminalSize: TerminalSize | undefined;
  /** Takes the client's connection over; undefined to let the process run alone. */
  readonly open: (() => AttachClient) | undefined;
}

/**
 * Runs it. With a client it resolves when the client has been served and the exit code is known; without one when the
 * program runs. What is wrong with the request (an unknown user) is thrown as `exec.failed` before the client's connection
 * is taken over; a program that is not there is told in the stream, which is how the runtime tells it.
 */
export async function startExec(deps: Needs, id: string, { terminalSize, open }: StartExec): Promise<void> {
  const exec = deps.execs.get(id);
  const container = deps.containers.get(exec.containerId);
  if (exec.status === "exited") throw execHasRun(id);
  if (exec.status === "running") throw execRunning(id);
  requireRunning(container);
  deps.execs.save({ ...exec, status: "running" });
  const { request } = exec;
  publishContainer(deps, container, `exec_start: ${request.command.join(" ")}`, { execID: id });
  let running: RunningExec;
  try {
    running = await deps.runtime.exec(container.id, processOf(container, exec, terminalSize, open !== undefined));
  } catch (error) {
    throw recordFailure(deps, exec, error);
  }
  const client = open?.();
  const hub = new AttachHub();
  const served = client && joinClient(hub, client, request);
  deps.execs.save({ ...exec, status: "running", pid: running.pid });
  deps.execs.running.set(id, running);
  if (client) hub.connect(running.streams);
  const ended = watchEnd(deps, container, exec, running, client);
  deps.background("wait for an exec", ended);
  if (!client) return;
  const detached = served!.then((end) => end === "detached");
  if (await Promise.race([detached, ended.then(() => false)])) {
    publishContainer(deps, container, "exec_detach", { execID: id });
    return;
  }
  await ended;
  if (!hub.isStalled) await Promise.race([served, sleep(outputGraceMilliseconds, undefined, { ref: false })]);
  if (hub.isStalled) await served;
  hub.end();
}

/** Throws `exec.not-running`. */
export async function resizeExec(deps: Needs, id: string, size: TerminalSize): Promise<void> {
  deps.execs.get(id);
  const running = deps.execs.running.get(id);
  if (!running) throw execNotRunning(id);
  await running.resize(size);
}

function requireRunning({ id, name, state }: ContainerRecord): void {
  if (state.status === "paused") throw pausedBefore(name, "exec");
  if (state.status === "restarting") throw isRestarting(id);
  if (state.status !== "running") throw notRunning(id);
}

function joinClient(hub: AttachHub, client: AttachClient, request: ExecRequest) {
  return hub.join(client, {
    stdin: request.attachStdin,
    stdout: request.attachStdout,
    stderr: request.attachStderr,
    stdinOnce: true,
    detachKeys: detachKeysOf(request.detachKeys, request.tty),
  });
}

function processOf(
  { config }: ContainerRecord,
  { id, request }: ExecRecord,
  size: TerminalSize | undefined,
  attached: boolean,
) {
  const terminalSize = size ?? request.terminalSize;
  return {
    execId: id,
    args: request.command,
    env: environment({ config: { ...config, Tty: request.tty, Env: [...(config.Env ?? []), ...request.env] } }),
    workingDir: request.workingDir || config.WorkingDir || "/",
    user: request.user || config.User || "",
    tty: request.tty,
    ...(request.tty && terminalSize ? { terminalSize } : {}),
    privileged: request.privileged,
    stdin: attached && request.attachStdin,
    output: attached && (request.attachStdout || request.attachStderr),
  };
}

async function watchEnd(
  deps: Needs,
  container: ContainerRecord,
  exec: ExecRecord,
  running: RunningExec,
  client: AttachClient | undefined,
) {
  const { exitCode, message } = await running.exited;
  deps.execs.running.delete(exec.id);
  deps.execs.save({ ...exec, status: "exited", pid: running.pid, exitCode, endedAt: performance.now() });
  if (message !== undefined) client?.write(1, Buffer.from(`OCI runtime exec failed: ${message}\r\n`));
  publishContainer(deps, container, "exec_die", { execID: exec.id, exitCode: String(exitCode) });
}

function recordFailure(deps: Needs, exec: ExecRecord, error: unknown): Error {
  const exitCode = error instanceof RuntimeError && error.reason === "executable-not-found" ? 127 : 126;
  deps.execs.save({ ...exec, status: "exited", exitCode, endedAt: performance.now() });
  if (!(error instanceof RuntimeError)) return execFailed(messageOf(error), error);
  const isOurs = error.reason === "description";
  return execFailed(isOurs ? error.detail : `OCI runtime exec failed: ${error.detail}`, error);
}
