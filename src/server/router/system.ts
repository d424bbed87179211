import { systemApi } from "#api/system.ts";
import { atLeast } from "#api/version.ts";
import { EngineError } from "#base/errors/engine-error.ts";
import { eventFilterKeys, matchesEvent } from "#engine/events/event-filter.ts";
import type { EngineEvent, EventsService } from "#engine/events/events-service.ts";
import type { SystemService } from "#engine/system/system-service.ts";
import { parseFilters } from "../filters.ts";
import { type Reply, reply, replyStream, replyText, type Write } from "../reply.ts";
import { type Answer, router } from "../route-table.ts";
import { eventText, infoView, versionView } from "../views/system.ts";

/** Events that may wait for a slow client; then its stream is cut, so that it does not fill the daemon's memory. */
const maxWaitingEvents = 10_000;

export function systemRouter(system: SystemService, events: EventsService): Answer[] {
  return router(systemApi, {
    ping: () => replyText(200, "OK", pingHeaders),
    pingHead: () => reply(200, undefined, { "Content-Type": "text/plain; charset=utf-8", ...pingHeaders }),
    version: () => reply(200, versionView(system.version())),
    info: ({ version }) => reply(200, infoView(system.info(), version)),
    auth: async ({ body, signal }) => {
      const { identityToken } = await system.authenticate(body, signal);
      return reply(200, { Status: "Login Succeeded", IdentityToken: identityToken });
    },
    events: ({ query, headers, version }) => eventsReply(events, query, headers, version),
  });
}

const pingHeaders = {
  // BuildKit is not there: clients that ask build the classic way.
  "Builder-Version": "1",
  Swarm: "inactive",
  "Cache-Control": "no-cache, no-store, must-revalidate",
  Pragma: "no-cache",
};

function eventsReply(
  events: EventsService,
  query: { since?: string; until?: string; filters?: string },
  headers: ReadonlyMap<string, string>,
  version: string,
): Reply {
  const since = query.since ? parseTimestamp(query.since) : undefined;
  const until = query.until ? parseTimestamp(query.until) : undefined;
  if (since !== undefined && until !== undefined && since > until)
    throw new EngineError(
      "invalid-argument",
      "api.since-after-until",
      "`since` time (" + query.since + ") cannot be after `until` time (" + query.until + ")",
    );
  const filters = parseFilters(query.filters, eventFilterKeys);
  const format = eventFormat(headers.get("accept"), version);
  const wanted = (event: EngineEvent) =>
    matchesEvent(filters, event) && (until === undefined || event.timeNano <= until);
  return replyStream(
    (write, signal) => {
      const encode = (event: EngineEvent) => `${format.prefix}${eventText(event, version)}\n`;
      return sendEvents(events, { since, until, wanted, encode, write, signal });
    },
    { contentType: format.contentType },
  );
}

interface EventStream {
  readonly since: bigint | undefined;
  readonly until: bigint | undefined;
  readonly wanted: (event: EngineEvent) => boolean;
  readonly encode: (event: EngineEvent) => string;
  readonly write: Write;
  readonly signal: AbortSignal;
}

/** Writes the remembered and the live events until `until`, or until the client goes. */
async function sendEvents(events: EventsService, stream: EventStream): Promise<void> {
  const waiting: string[] = [];
  let wake = Promise.withResolvers<void>();
  let over = false;
  const end = () => {
    over = true;
    wake.resolve();
  };
  const unsubscribe = events.subscribe(stream.since, (event) => {
    if (!stream.wanted(event)) return;
    waiting.push(stream.encode(event));
    if (waiting.length > maxWaitingEvents) end();
    else wake.resolve();
  });
  const timer = stream.until === undefined ? undefined : setTimeout(end, millisecondsUntil(stream.until));
  stream.signal.addEventListener("abort", end);
  try {
    // A moment that has passed asks for the remembered events only.
    if (stream.until !== undefined && millisecondsUntil(stream.until) === 0) over = true;
    while (true) {
      while (waiting.length > 0) await stream.write(waiting.splice(0).join(""));
      if (over || stream.signal.aborted) return;
      await wake.promise;
      wake = Promise.withResolvers();
    }
  } finally {
    clearTimeout(timer);
    unsubscribe();
  }
}

/** setTimeout's longest wait is 24 days; a later end is as good as none. */
const millisecondsUntil = (timeNano: bigint): number =>
  Math.min(2 ** 31 - 1, Math.max(0, Number(timeNano / 1_000_000n) - Date.now()));

/** Seconds since 1970 with optional fraction, in nanoseconds. */
function parseTimestamp(text: string): bigint {
  const match = /^(-?\d+)(?:\.(\d{1,9})\d*)?$/.exec(text);
  if (!match)
    throw new EngineError(
      "invalid-argument",
      "api.invalid-timestamp",
      `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  return BigInt(match[1]!) * 1_000_000_000n + BigInt((match[2] ?? "").padEnd(9, "0"));
}

function eventFormat(accept: string | undefined, version: string): { contentType: string; prefix: string } {
  const types = (accept ?? "").split(",").map((type) => type.split(";", 1)[0]!.trim().toLowerCase());
  if (types.includes("application/json-seq")) return { contentType: "application/json-seq", prefix: "\x1e" };
  for (const contentType of ["application/jsonl", "application/x-ndjson"])
    if (types.includes(contentType)) return { contentType, prefix: "" };
  return { contentType: atLeast(version, "1.52") ? "application/jsonl" : "application/json", prefix: "" };
}
