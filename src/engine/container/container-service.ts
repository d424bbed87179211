import { mkdirSync } from "node:fs";
import type { ContainerUpdate } from "#api/types/container.ts";
import { KeyedLock } from "#base/concurrency/keyed-lock.ts";
import { messageOf } from "#base/errors/engine-error.ts";
import type { TerminalSize } from "#drivers/runtime/runtime-driver.ts";
import { rfc3339Now } from "#formats/rfc3339/rfc3339.ts";
import type { ImageUsers } from "../image/image-service.ts";
import { type AttachRequest, attachContainer } from "./attach.ts";
import type { AttachClient } from "./attach-hub.ts";
import type { ContainerDeps, ContainerServiceOptions } from "./container-deps.ts";
import type { ContainerRecord } from "./container-record.ts";
import { isActive } from "./container-state.ts";
import { ContainerStore } from "./container-store.ts";
import { type Created, type CreateRequest, createContainer } from "./create.ts";
import { createExec, resizeExec, type StartExec, startExec } from "./exec.ts";
import { type ExecRecord, type ExecRequest, ExecStore } from "./exec-store.ts";
import { linuxHost } from "./host.ts";
import { type InspectFacts, inspectContainer, networkOf } from "./inspect.ts";
import { killContainer } from "./kill.ts";
import { type ListRequest, listContainers } from "./list.ts";
import { LiveContainers } from "./live-container.ts";
import { LogRotation } from "./log-rotation.ts";
import { type ContainerLog, containerLogs, type LogRequest } from "./logs.ts";
import { watchExits } from "./on-exit.ts";
import { pauseContainer, unpauseContainer } from "./pause.ts";
import { type RemoveOptions, removeContainer } from "./remove.ts";
import { renameContainer } from "./rename.ts";
import { resizeContainer } from "./resize.ts";
import { restartContainer } from "./restart.ts";
import { restoreContainers } from "./restore.ts";
import { stopAllContainers } from "./shutdown.ts";
import { startContainer } from "./start.ts";
import { type StopOptions, stopContainer } from "./stop.ts";
import { containerTop, type ProcessTable } from "./top.ts";
import { updateContainer } from "./update.ts";
import { waitForContainer } from "./wait.ts";

/** Containers: one line an operation; each has a file of its own. A `ref` is a name, an id or a unique prefix of one. */
export class ContainerService {
  readonly #deps: ContainerDeps;
  readonly #background = new Set<Promise<void>>();
  #rotation: LogRotation | undefined;

  constructor(options: ContainerServiceOptions) {
    this.#deps = {
      host: linuxHost(),
      now: rfc3339Now,
      ...options,
      containers: new ContainerStore(options.database),
      live: new LiveContainers(),
      execs: new ExecStore(),
      locks: new KeyedLock(),
      background: (what, work) => this.#watch(what, work),
    };
  }

  /** Once, at the daemon's start, when network and volumes are open: finds the containers that live on. */
  async restore(): Promise<void> {
    mkdirSync(this.#deps.dataRoot.containers, { recursive: true, mode: 0o710 });
    watchExits(this.#deps);
    await restoreContainers(this.#deps);
    this.#rotation = new LogRotation(this.#deps);
  }

  create(request: CreateRequest): Promise<Created> {
    return createContainer(this.#deps, request);
  }
  start(ref: string): Promise<"started" | "was-running"> {
    return startContainer(this.#deps, ref);
  }
  stop(ref: string, options: StopOptions): Promise<"stopped" | "was-not-running"> {
    return stopContainer(this.#deps, ref, options);
  }
  restart(ref: string, options: StopOptions): Promise<void> {
    return restartContainer(this.#deps, ref, options);
  }
  kill(ref: string, signal: string): Promise<void> {
    return killContainer(this.#deps, ref, signal);
  }
  remove(ref: string, options: RemoveOptions): Promise<void> {
    return removeContainer(this.#deps, ref, options);
  }
  wait(ref: string, condition: string): ReturnType<typeof waitForContainer> {
    return waitForContainer(this.#deps, ref, condition);
  }
  attach(ref: string, request: AttachRequest, open: (tty: boolean) => AttachClient): Promise<void> {
    return attachContainer(this.#deps, ref, request, open);
  }
  logs(ref: string, request: LogRequest): ContainerLog {
    return containerLogs(this.#deps, ref, request);
  }
  inspect(ref: string): InspectFacts {
    return inspectContainer(this.#deps, ref);
  }
  list(request: ListRequest): readonly ContainerRecord[] {
    return listContainers(this.#deps, request);
  }
  /** How `ps` names the image of a container. */
  imageName({ image }: ContainerRecord): string {
    return this.#deps.images.displayName(image.ref, image.id);
  }
  /** The network that a container's mode names, once it has been in it. */
  networkId(record: ContainerRecord): string | undefined {
    return record.state.startedAt === "" ? undefined : networkOf(this.#deps, record)?.id;
  }
  /** Bytes that a container has written, and those of its whole file system. */
  async sizes({ id, image }: ContainerRecord): Promise<{ readonly writtenBytes: number; readonly totalBytes: number }> {
    const { storage } = this.#deps;
    const writtenBytes = await storage.containerSizeBytes(id);
    const layerBytes = image.topLayer === undefined ? 0 : await storage.layerSizeBytes(image.topLayer);
    return { writtenBytes, totalBytes: writtenBytes + layerBytes };
  }
  rename(ref: string, name: string): Promise<void> {
    return renameContainer(this.#deps, ref, name);
  }
  pause(ref: string): Promise<void> {
    return pauseContainer(this.#deps, ref);
  }
  unpause(ref: string): Promise<void> {
    return unpauseContainer(this.#deps, ref);
  }
  resize(ref: string, size: TerminalSize): Promise<void> {
    return resizeContainer(this.#deps, ref, size);
  }
  update(ref: string, update: ContainerUpdate): Promise<void> {
    return updateContainer(this.#deps, ref, update);
  }
  top(ref: string, psArgs: string): Promise<ProcessTable> {
    return containerTop(this.#deps, ref, psArgs);
  }
  createExec(ref: string, request: ExecRequest): ExecRecord {
    return createExec(this.#deps, ref, request);
  }
  startExec(id: string, options: StartExec): Promise<void> {
    return startExec(this.#deps, id, options);
  }
  resizeExec(id: string, size: TerminalSize): Promise<void> {
    return resizeExec(this.#deps, id, size);
  }
  inspectExec(id: string): ExecRecord {
    return this.#deps.execs.get(id);
  }

  /** Numbers for `info`. */
  count(): { readonly running: number; readonly paused: number; readonly stopped: number } {
    let [running, paused, stopped] = [0, 0, 0];
    for (const { state } of this.#deps.containers.all()) {
      if (state.status === "paused") paused += 1;
      else if (isActive(state.status)) running += 1;
      else stopped += 1;
    }
    return { running, paused, stopped };
  }

  /** For the image service: which containers stand on an image. */
  readonly usersOfImage: ImageUsers = (imageId) =>
    [...this.#deps.containers.all()]
      .filter(({ image }) => image.id === imageId)
      .map(({ id, state }) => ({ id, running: isActive(state.status) }));

  /** Chain ids of layers that containers stand on: images may go, these must stay. */
  layersInUse(): ReadonlySet<string> {
    return new Set([...this.#deps.containers.all()].flatMap(({ image }) => image.topLayer ?? []));
  }

  /** Transactions so far; locks held now: for the state dump and the bench. */
  diagnostics(): { readonly commits: number; readonly locks: readonly string[] } {
    return { commits: this.#deps.containers.commits, locks: this.#deps.locks.held() };
  }

  /**
   * The daemon ends: containers are stopped unless they live on (`liveRestore`), what is under way in the background is
   * waited for, and what waits to be written is. `limitSeconds` is the daemon's own time.
   */
  async shutdown(limitSeconds: number): Promise<void> {
    this.#rotation?.stop();
    for (const live of this.#deps.live.all()) live.cancelRestart();
    if (!this.#deps.defaults.liveRestore) await stopAllContainers(this.#deps, limitSeconds);
    await Promise.all(this.#deps.live.endings());
    this.#deps.runtime.close();
    for (const live of this.#deps.live.all()) live.hub.end();
    this.#deps.containers.close();
  }

  #watch(what: string, work: Promise<unknown>): void {
    const { logger } = this.#deps;
    const watched: Promise<void> = work
      .then(
        () => {},
        (error: unknown) => logger.error(`could not ${what}`, { error: messageOf(error) }),
      )
      .finally(() => this.#background.delete(watched));
    this.#background.add(watched);
  }
}
