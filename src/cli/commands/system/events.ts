import type { EventMessage } from "#api/types/system.ts";
import { filtersQuery } from "../../arguments/filters.ts";
import { timeParameter } from "../../arguments/time-parameter.ts";
import { command } from "../../command.ts";
import { escapeHtml, formatObject } from "../../output/format.ts";
import { messagesOf } from "../../output/progress.ts";
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
    const source = await client.system.events({
      since: timeParameter(flags.since, "since"),
      until: timeParameter(flags.until, "until"),
      filters: filtersQuery(flags.filter),
    });
    for await (const message of messagesOf(source)) {
      const event = message as unknown as EventMessage;
      if (flags.format === undefined || flags.format === "") out.line(eventLine(event));
      else if (flags.format === "json") out.line(escapeHtml(JSON.stringify(event)));
      else out.line(formatObject(event, flags.format));
    }
    return 0;
  },
});

/** `TIME TYPE ACTION ID (key=value, …)`, the attributes sorted. */
function eventLine({ timeNano, Type, Action, Actor }: EventMessage): string {
  const attributes = Object.entries(Actor.Attributes ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  const tail = attributes.length === 0 ? "" : ` (${attributes.join(", ")})`;
  return `${localNanoTime(BigInt(timeNano))} ${Type} ${Action} ${Actor.ID}${tail}`;
}
