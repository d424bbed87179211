/** One thing that happened, as `GET /events` tells it. */
export interface EngineEvent {
  readonly type: "container" | "image" | "network" | "volume" | "daemon";
  readonly action: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Milliseconds since 1970 and the nanoseconds within the same moment. */
  readonly timeNano: bigint;
}

/** Publish after the commit of what the event tells. */
export interface EventsService {
  publish(event: Omit<EngineEvent, "timeNano">): void;
  /** The remembered events (the last 256) at or after `sinceNano`, then live ones until unsubscribed. */
  subscribe(sinceNano: bigint | undefined, listener: (event: EngineEvent) => void): () => void;
}
