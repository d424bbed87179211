import { FlagValueError } from "../command.ts";

/** `--filter key=value` flags as the API's `filters` parameter; undefined when there are none. */
export function filtersQuery(
  flags: readonly string[],
  fixed: Readonly<Record<string, string>> = {},
): string | undefined {
  const filters: Record<string, Record<string, true>> = {};
  for (const [key, value] of Object.entries(fixed)) filters[key] = { [value]: true };
  for (const flag of flags) {
    const equals = flag.indexOf("=");
    if (equals === -1) throw new FlagValueError(flag, "-f, --filter", "bad format of filter (expected name=value)");
    const key = flag.slice(0, equals).trim().toLowerCase();
    (filters[key] ??= {})[flag.slice(equals + 1).trim()] = true;
  }
  if (Object.keys(filters).length === 0) return undefined;
  const sorted = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  for (const [key, values] of Object.entries(filters)) filters[key] = sorted(values);
  return JSON.stringify(sorted(filters));
}
