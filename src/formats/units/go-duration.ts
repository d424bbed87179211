/** Durations in Go's form (`1h2m3.5s`), in nanoseconds. Source: Go's time.ParseDuration and Duration.String. */

const unitNanos: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Throws an Error in Go's words. */
export function parseGoDuration(text: string): number {
  if (text === "0") return 0;
  const sign = text.startsWith("-") ? -1 : 1;
  const body = text.replace(/^[+-]/, "");
  if (body === "") throw new Error(`time: invalid duration ${JSON.stringify(text)}`);
  let nanos = 0;
  let at = 0;
  while (at < body.length) {
    const match = /^(\d+(?:\.\d*)?|\.\d+)([a-zµμ]*)/.exec(body.slice(at));
    if (!match) throw new Error(`time: invalid duration ${JSON.stringify(text)}`);
    const unit = match[2]!;
    if (unit === "") throw new Error(`time: missing unit in duration ${JSON.stringify(text)}`);
    if (unitNanos[unit] === undefined)
      throw new Error(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
    nanos += Number(match[1]) * unitNanos[unit];
    at += match[0].length;
  }
  return sign * Math.round(nanos);
}

/** `1m30s`, `500ms`, `0s`. */
export function formatGoDuration(nanos: number): string {
  if (nanos === 0) return "0s";
  if (nanos < 0) return `-${formatGoDuration(-nanos)}`;
  if (nanos < 1e3) return `${nanos}ns`;
  if (nanos < 1e6) return `${nanos / 1e3}µs`;
  if (nanos < 1e9) return `${nanos / 1e6}ms`;
  const seconds = nanos / 1e9;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = Number((seconds - hours * 3600 - minutes * 60).toFixed(9));
  return `${hours > 0 ? `${hours}h` : ""}${hours > 0 || minutes > 0 ? `${minutes}m` : ""}${rest}s`;
}
