import { EngineError } from "#base/errors/engine-error.ts";
import type { EngineEvent, EventsService } from "#engine/events/events-service.ts";
import type { Write } from "./reply.ts";

/** What may wait for a slow client, in characters; then its stream is cut, so that it does not fill the daemon's memory. */
const mostWaiting = 4 * 1024 * 1024;

export interface EventStream {
  readonly since: bigint | undefined;
  readonly until: bigint | undefined;
  readonly wanted: (event: EngineEvent) => boolean;
  readonly encode: (event: EngineEvent) => string;
  readonly write: Write;
  readonly signal: AbortSignal;
}

/**
 * Writes the remembered and the live events until `until`, or until the client goes. Throws `api.events-too-slow` when the
 * client does not take them.
 */
export async function sendEvents(events: EventsService, stream: EventStream): Promise<void> {
  let waiting: string[] = [];
  let waitingLength = 0;
  let wake = Promise.withResolvers<void>();
  let over = false;
  // A write to a client that takes nothing never ends: the cut must not wait for it.
  const cut = Promise.withResolvers<never>();
  cut.promise.catch(() => undefined);
  const end = () => {
    over = true;
    wake.resolve();
  };
  // The remembered ones come all at once, and are bounded themselves.
  let isReplaying = true;
  const unsubscribe = events.subscribe(stream.since, (event) => {
    if (over || !stream.wanted(event)) return;
    const text = stream.encode(event);
    if (!isReplaying && waiting.length > 0 && waitingLength + text.length > mostWaiting) {
      waiting = [];
      cut.reject(tooSlow());
      return end();
    }
    waiting.push(text);
    waitingLength += text.length;
    wake.resolve();
  });
  isReplaying = false;
  waitingLength = 0;
  const timer = stream.until === undefined ? undefined : setTimeout(end, millisecondsUntil(stream.until));
  stream.signal.addEventListener("abort", end);
  try {
    // A moment that has passed asks for the remembered events only.
    if (stream.until !== undefined && millisecondsUntil(stream.until) === 0) over = true;
    while (true) {
      while (waiting.length > 0) {
        const text = waiting.join("");
        waiting = [];
        waitingLength = 0;
        await Promise.race([stream.write(text), cut.promise]);
      }
      if (over || stream.signal.aborted) return;
      await Promise.race([wake.promise, cut.promise]);
      wake = Promise.withResolvers();
    }
  } finally {
    clearTimeout(timer);
    unsubscribe();
  }
}

const tooSlow = () =>
  new EngineError("unavailable", "api.events-too-slow", "the client does not read the events it asked for");

/** setTimeout's longest wait is 24 days; a later end is as good as none. */
const millisecondsUntil = (timeNano: bigint): number =>
  Math.min(2 ** 31 - 1, Math.max(0, Number(timeNano / 1_000_000n) - Date.now()));
