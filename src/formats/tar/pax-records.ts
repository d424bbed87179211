import { TarError, type TarTime } from "./tar-entry.ts";
import { decodeName } from "./tar-name.ts";

/** Keyword and raw value, in the archive's order; keywords of old sparse maps come more than once. */
export type PaxRecord = readonly [keyword: string, value: Buffer];

/** Reads the body of an extended header: `LENGTH KEYWORD=VALUE\n`, LENGTH counting the whole record. */
export function parsePaxRecords(body: Buffer): PaxRecord[] {
  const records: PaxRecord[] = [];
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : parseDecimal(body.toString("latin1", at, space));
    const end = at + length;
    if (!(end <= body.length) || length <= space - at + 2 || body[end - 1] !== 0x0a) throw malformed();
    const equals = body.indexOf(0x3d, space + 1);
    if (equals < 0 || equals >= end) throw malformed();
    records.push([body.toString("utf8", space + 1, equals), body.subarray(equals + 1, end - 1)]);
    at = end;
  }
  return records;
}

/** The body of an extended header for these records. */
export function formatPaxRecords(records: readonly PaxRecord[]): Buffer {
  return Buffer.concat(records.flatMap(([keyword, value]) => formatRecord(keyword, value)));
}

function formatRecord(keyword: string, value: Uint8Array): Uint8Array[] {
  const name = Buffer.from(` ${keyword}=`);
  const rest = name.length + value.length + 1;
  // The length counts its own digits, and one more digit may add one more.
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return [Buffer.from(String(length)), name, value, Buffer.from("\n")];
}

/** A decimal number of a record. Throws TarError for signs, blanks, fractions and beyond 2^53. */
export function parseDecimal(text: string): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw malformed();
  return value;
}

/** `-5.5` is five and a half seconds before 1970; digits behind the ninth are cut off. */
export function parsePaxTime(text: string): TarTime {
  const match = /^(-?)([0-9]+)(?:\.([0-9]*))?$/.exec(text);
  const whole = Number(match?.[2]);
  if (!match || !Number.isSafeInteger(whole)) throw malformed();
  const nanoseconds = Number((match[3] ?? "").slice(0, 9).padEnd(9, "0"));
  if (match[1] === "") return { seconds: whole, nanoseconds };
  return nanoseconds === 0
    ? { seconds: whole === 0 ? 0 : -whole, nanoseconds }
    : { seconds: -whole - 1, nanoseconds: 1_000_000_000 - nanoseconds };
}

export function formatPaxTime({ seconds, nanoseconds }: TarTime): string {
  const early = seconds < 0 && nanoseconds > 0;
  const whole = early ? -(seconds + 1) : Math.abs(seconds);
  const fraction = early ? 1_000_000_000 - nanoseconds : nanoseconds;
  const digits = fraction === 0 ? "" : `.${String(fraction).padStart(9, "0").replace(/0+$/, "")}`;
  return `${seconds < 0 ? "-" : ""}${whole}${digits}`;
}

/** A name in a record; a NUL could not be part of any file's name. */
export function paxName(value: Buffer): string {
  if (value.includes(0)) throw malformed();
  return decodeName(value);
}

const malformed = () => new TarError("malformed extended header");
