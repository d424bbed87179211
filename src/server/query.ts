import type { QueryKind } from "#api/route.ts";
import { EngineError } from "#base/errors/engine-error.ts";

type QueryValues = Record<string, string | number | boolean | readonly string[]>;

const falseWords = new Set(["", "0", "no", "false", "none"]);

/**
 * Reads a request's query by the kinds that its route names; other names are ignored. Booleans are docker's: empty, 0, no,
 * false and none in any case are false, everything else is true. Of a repeated name the first counts, but for "strings".
 * Throws `api.invalid-integer` (400).
 */
export function readQuery(text: string, kinds: Readonly<Record<string, QueryKind>> | undefined): QueryValues {
  const values: QueryValues = {};
  if (text === "" || kinds === undefined) return values;
  const given = new URLSearchParams(text);
  for (const name in kinds) {
    const value = given.get(name);
    if (value === null) continue;
    const kind = kinds[name]!;
    if (kind === "boolean") values[name] = !falseWords.has(value.trim().toLowerCase());
    else if (kind === "strings") values[name] = given.getAll(name);
    else if (kind === "string") values[name] = value;
    else if (value !== "") values[name] = integer(value);
  }
  return values;
}

function integer(text: string): number {
  const value = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  const reason = /^[+-]?\d+$/.test(text) ? "value out of range" : "invalid syntax";
  const message = `strconv.Atoi: parsing ${JSON.stringify(text)}: ${reason}`;
  throw new EngineError("invalid-argument", "api.invalid-integer", message);
}
