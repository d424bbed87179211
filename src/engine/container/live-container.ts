import { AttachHub } from "./attach-hub.ts";

export interface ContainerEnd {
  readonly exitCode: number;
}

/** Those who wait for the same thing. */
class Waiters {
  #waiting: ((end: ContainerEnd) => void)[] = [];

  /** Resolves with the next `tell`. */
  next(): Promise<ContainerEnd> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  tell(end: ContainerEnd): void {
    for (const resolve of this.#waiting.splice(0)) resolve(end);
  }
}

/** What is known of a container only while the daemon runs. */
export class LiveContainer {
  readonly hub = new AttachHub();
  /** Told at each end of its process, when the exit is saved. */
  readonly exits = new Waiters();
  /** Told when its record is gone. */
  readonly removals = new Waiters();
  /** Somebody removes it: it must not be started any more. */
  isBeingRemoved = false;
  /** Who asked for its end, if anybody: the restart policy keeps out until the next start. */
  stoppedBy: "nobody" | "user" | "daemon" = "nobody";
  /** The user restarts it: the end of its process does not remove it. */
  isBeingRestarted = false;
  /** Its start after a while, by the restart policy. */
  restartTimer: ReturnType<typeof setTimeout> | undefined;
  /** How long the last wait for a restart was, in milliseconds; 0 before the first. */
  backoffMilliseconds = 0;
  /** Failures in a row, for `on-failure:N`. */
  failureCount = 0;
  /** Resolves when the last trace of a removed container is gone and its name is free. */
  readonly gone = Promise.withResolvers<void>();

  /** Clearing away after its end, while that lasts. */
  ending: Promise<void> | undefined;

  cancelRestart(): void {
    clearTimeout(this.restartTimer);
    this.restartTimer = undefined;
  }
}

/** By id; made when first asked for. */
export class LiveContainers {
  readonly #byId = new Map<string, LiveContainer>();

  of(id: string): LiveContainer {
    let live = this.#byId.get(id);
    if (!live) {
      live = new LiveContainer();
      this.#byId.set(id, live);
    }
    return live;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  forget(id: string): void {
    this.#byId.delete(id);
  }

  /** All clearing away that is under way. */
  endings(): readonly Promise<void>[] {
    return [...this.#byId.values()].flatMap(({ ending }) => ending ?? []);
  }

  all(): IterableIterator<LiveContainer> {
    return this.#byId.values();
  }
}
