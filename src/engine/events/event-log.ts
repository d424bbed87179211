import type { EngineEvent, EventsService } from "./events-service.ts";

/** How many events are remembered, and of how many characters: labels and commands are as long as clients and images like. */
const remembered = 256;
const rememberedLength = 8 * 1024 * 1024;

/** The events of this daemon's life: the last 256 in memory, and those who listen. */
export class EventLog implements EventsService {
  readonly #recent: EngineEvent[] = [];
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #now: () => bigint;
  #latest = 0n;
  #recentLength = 0;

  /** `now` gives nanoseconds since 1970. */
  constructor(now: () => bigint = clock()) {
    this.#now = now;
  }

  /** Listeners at work, for `info`. */
  get listenerCount(): number {
    return this.#listeners.size;
  }

  publish(event: Omit<EngineEvent, "timeNano">): void {
    const now = this.#now();
    // Two events never share a moment, so that `since` can name each of them.
    this.#latest = now > this.#latest ? now : this.#latest + 1n;
    const dated: EngineEvent = { ...event, timeNano: this.#latest };
    this.#remember(dated);
    for (const listener of this.#listeners) listener(dated);
  }

  #remember(event: EngineEvent): void {
    this.#recent.push(event);
    this.#recentLength += lengthOf(event);
    while (this.#recent.length > remembered || (this.#recentLength > rememberedLength && this.#recent.length > 0))
      this.#recentLength -= lengthOf(this.#recent.shift()!);
  }

  subscribe(sinceNano: bigint | undefined, listener: (event: EngineEvent) => void): () => void {
    if (sinceNano !== undefined) for (const event of this.#recent) if (event.timeNano >= sinceNano) listener(event);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The wall clock with the steps of the monotonic one: nanoseconds since 1970. */
function clock(): () => bigint {
  return () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
}

function lengthOf({ action, attributes }: EngineEvent): number {
  return Object.entries(attributes).reduce((sum, [name, value]) => sum + name.length + value.length, action.length);
}
