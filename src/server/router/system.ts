import { systemApi } from "#api/system.ts";
import { atLeast } from "#api/version.ts";
import { EngineError } from "#base/errors/engine-error.ts";
import { eventFilterKeys, matchesEvent } from "#engine/events/event-filter.ts";
import type { EngineEvent, EventsService } from "#engine/events/events-service.ts";
import type { SystemService } from "#engine/system/system-service.ts";
import { sendEvents } from "../event-stream.ts";
import { parseFilters } from "../filters.ts";
import { type Reply, reply, replyStream, replyText } from "../reply.ts";
import { type Answer, router } from "../route-table.ts";
import { eventText, infoView, versionView } from "../views/system.ts";

export function systemRouter(system: SystemService, events: EventsService): Answer[] {
  return router(systemApi, {
    ping: () => replyText(200, "OK", pingHeaders),
    // Those who watch the daemon ask with GET; HEAD is how docker's command line begins.
    pingHead: () => {
      system.greet();
      return reply(200, undefined, { "Content-Type": "text/plain; charset=utf-8", ...pingHeaders });
    },
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
