import { parseGoDuration } from "#formats/units/go-duration.ts";
import { CommandError } from "../command.ts";

/** A time as users write it (RFC 3339 in part or whole, Unix seconds, or a duration back from now) in Unix seconds. */
export function timeParameter(text: string | undefined, flag: string): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return text;
  const back = durationOf(text);
  if (back !== undefined) return seconds(Date.now() * 1e6 - back);
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d(?::\d\d(?::\d\d)?)?)(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  if (match) {
    const [, day, clock = "00:00:00", fraction = "", zone = ""] = match;
    const whole = clock.length === 2 ? `${clock}:00:00` : clock.length === 5 ? `${clock}:00` : clock;
    const millis = Date.parse(`${day}T${whole}${zone}`);
    if (!Number.isNaN(millis)) return `${millis / 1000}${fraction === "" ? ".000000000" : fraction.padEnd(10, "0")}`;
  }
  throw new CommandError(
    1,
    `invalid value for ${JSON.stringify(flag)}: failed to parse value as time or duration: ${JSON.stringify(text)}`,
  );
}

function durationOf(text: string): number | undefined {
  try {
    return parseGoDuration(text);
  } catch {
    return undefined;
  }
}

function seconds(nanos: number): string {
  const whole = BigInt(Math.round(nanos));
  return `${whole / 1_000_000_000n}.${String(whole % 1_000_000_000n).padStart(9, "0")}`;
}
