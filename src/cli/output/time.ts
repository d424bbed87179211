const two = (value: number) => String(value).padStart(2, "0");

/** Minutes east of Greenwich, and the zone's name as Go prints it. */
function zone(date: Date): { offset: string; name: string } {
  const minutes = -date.getTimezoneOffset();
  const sign = minutes < 0 ? "-" : "+";
  const offset = `${sign}${two(Math.floor(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`;
  if (minutes === 0) return { offset, name: "UTC" };
  const name = new Intl.DateTimeFormat("en-US", { timeZoneName: "short" })
    .formatToParts(date)
    .find(({ type }) => type === "timeZoneName")?.value;
  return { offset, name: name === undefined || name.startsWith("GMT") ? offset : name };
}

const day = (date: Date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const clock = (date: Date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

/** Go's default form in the local zone: `2026-11-21 03:14:44 +0000 UTC`. */
export function goTime(date: Date): string {
  const { offset, name } = zone(date);
  return `${day(date)} ${clock(date)} ${offset} ${name}`;
}

/** The same of a time on the wire (RFC 3339), with the part of a second that it has. */
export function goTimeOf(text: string): string {
  const fraction = /\.(\d*?)0*(?=Z|[+-])/.exec(text)?.[1];
  const date = new Date(text);
  const { offset, name } = zone(date);
  return `${day(date)} ${clock(date)}${fraction ? `.${fraction}` : ""} ${offset} ${name}`;
}

/** RFC 3339 in the local zone with nine digits, as `docker events` prints it. */
export function localNanoTime(timeNano: bigint): string {
  const date = new Date(Number(timeNano / 1_000_000n));
  const nanos = String(timeNano % 1_000_000_000n).padStart(9, "0");
  const { offset, name } = zone(date);
  return `${day(date)}T${clock(date)}.${nanos}${name === "UTC" ? "Z" : `${offset.slice(0, 3)}:${offset.slice(3)}`}`;
}

/** `Fri May 30 12:07:26 2025`. */
export function ansiTime(date: Date): string {
  const words = date.toDateString().split(" ");
  return `${words[0]} ${words[1]} ${String(date.getDate()).padStart(2)} ${clock(date)} ${date.getFullYear()}`;
}
