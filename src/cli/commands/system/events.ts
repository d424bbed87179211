import type { EventMessage } from "#api/types/system.ts";
import { filtersQuery } from "../../arguments/filters.ts";
import { timeParameter } from "../../arguments/time-parameter.ts";
import { command } from "../../command.ts";
import { escapeHtml, objectFormatter } from "../../output/format.ts";
import { recordsOf } from "../../output/records.ts";
import { localNanoTime } from "../../output/time.ts";

export const systemEvents = command({
  path: "system events",
  aliases: ["events"],
  summary: "Show what happens in the daemon, as it happens",
  args: "",
  least: 0,
  most: 0,
  flags: {
    filter: { type: "list", short: "f", as: "filter", help: 'Keep what matches ("event=die")' },
    format: { type: "string", help: '"json" or a Go template' },
    since: { type: "string", help: "Begin with what happened since then" },
    until: { type: "string", help: "End at that time" },
  },
  run: async ({ flags, client, out }) => {
    const format = flags.format && flags.format !== "json" ? objectFormatter(flags.format, eventFormat) : undefined;
    const source = await client.system.events({
      since: timeParameter(flags.since, "since"),
      until: timeParameter(flags.until, "until"),
      filters: filtersQuery(flags.filter),
    });
    for await (const record of recordsOf(source)) {
      // The record itself, because its times are larger than what a JavaScript number holds.
      if (flags.format === "json") out.line(escapeHtml(record));
      else if (format) out.line(format(JSON.parse(record)));
      else out.line(eventLine(JSON.parse(record) as EventMessage, timeOf(record)));
    }
    return 0;
  },
});

const eventFormat = { parse: "Error parsing format", execute: "Error parsing format", rootType: "*events.Message" };

const timeOf = (record: string) => BigInt(/"timeNano":(\d+)/.exec(record)?.[1] ?? 0);

/** `TIME TYPE ACTION ID (key=value, …)`, the attributes sorted. */
function eventLine({ Type, Action, Actor }: EventMessage, timeNano: bigint): string {
  const attributes = Object.entries(Actor.Attributes ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  const tail = attributes.length === 0 ? "" : ` (${attributes.join(", ")})`;
  return `${localNanoTime(timeNano)} ${Type} ${Action} ${Actor.ID}${tail}`;
}
