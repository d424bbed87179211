import { EngineError } from "#base/errors/engine-error.ts";

/** Filter keys with the values asked for. Values of one key are alternatives (but labels must all match). */
export type Filters = ReadonlyMap<string, readonly string[]>;

const invalidFilter = (about = ""): EngineError =>
  new EngineError("invalid-argument", "api.invalid-filter", `invalid filter${about}`);

/**
 * Reads the `filters` query: `{"status":{"running":true}}`, or the older `{"status":["running"]}`. Throws
 * `api.invalid-filter` (400) for anything else and for keys that are not in `accepted`.
 */
export function parseFilters(text: string | undefined, accepted: readonly string[]): Filters {
  const filters = new Map<string, readonly string[]>();
  if (text === undefined || text === "") return filters;
  for (const [key, values] of Object.entries(parseObject(text))) filters.set(key, valuesOf(values));
  for (const key of filters.keys()) if (!accepted.includes(key)) throw invalidFilter(` '${key}'`);
  return filters;
}

/** A filter that holds one boolean (`dangling`). Undefined when it was not given. */
export function booleanFilter(filters: Filters, key: string): boolean | undefined {
  const values = filters.get(key);
  if (values === undefined || values.length === 0) return undefined;
  const meanings = new Set(values.map((value) => booleans.get(value)));
  const [meaning] = meanings;
  if (meanings.size !== 1 || meaning === undefined) throw invalidFilterValue(key, values);
  return meaning;
}

/** For a value that an operation cannot use: `invalid filter 'dangling=[maybe]'`. */
export const invalidFilterValue = (key: string, values: readonly string[]): EngineError =>
  invalidFilter(` '${key}=[${values.join(" ")}]'`);

const booleans = new Map([
  ["1", true],
  ["true", true],
  ["0", false],
  ["false", false],
]);

function parseObject(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalidFilter();
  }
  if (parsed === null) return {};
  if (typeof parsed !== "object" || Array.isArray(parsed)) throw invalidFilter();
  return parsed as Record<string, unknown>;
}

function valuesOf(values: unknown): readonly string[] {
  if (values === null) return [];
  if (Array.isArray(values)) {
    if (!values.every((value) => typeof value === "string")) throw invalidFilter();
    return values;
  }
  if (typeof values !== "object") throw invalidFilter();
  if (!Object.values(values).every((flag) => typeof flag === "boolean")) throw invalidFilter();
  return Object.keys(values);
}
