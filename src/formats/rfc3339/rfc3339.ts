/** RFC 3339 in UTC with as many digits of the second as are not zero, as Go writes its times. Takes milliseconds since 1970. */
export function rfc3339(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const seconds = new Date(whole).toISOString().slice(0, 19);
  const microseconds = Math.round((milliseconds - Math.floor(whole / 1000) * 1000) * 1000);
  if (microseconds >= 1_000_000) return rfc3339(Math.ceil(milliseconds));
  const fraction = String(microseconds).padStart(6, "0").replace(/0+$/, "");
  return fraction === "" ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

/** The wall clock with the steps of the monotonic one: now, to the microsecond. */
export const rfc3339Now = (): string => rfc3339(performance.timeOrigin + performance.now());

/** What docker shows for a moment that has not come. */
export const zeroTime = "0001-01-01T00:00:00Z";
