import { ApiError } from "#client/api-error.ts";
import { objectFormatter, printObject } from "./format.ts";
import type { Out } from "./out.ts";

/**
 * Prints what `find` knows of each name: one JSON array, or a template's line for each. What was not found is told on
 * stderr behind the rest, and the exit code is 1.
 */
export async function inspectEach(
  out: Out,
  refs: readonly string[],
  format: string | undefined,
  find: (ref: string) => Promise<unknown>,
): Promise<number> {
  const formatted = format === undefined || format === "" ? undefined : objectFormatter(format, inspectFormat);
  const found: unknown[] = [];
  const problems: string[] = [];
  for (const ref of refs) {
    try {
      found.push(await find(ref));
    } catch (error) {
      if (error instanceof ObjectNotFound) problems.push(error.message);
      else if (error instanceof ApiError) problems.push(`Error response from daemon: ${error.message}`);
      else throw error;
    }
  }
  if (!formatted) out.line(found.length === 0 ? "[]" : JSON.stringify(found, null, 4));
  else if (format === "json") out.line(formatted(found));
  else printFormatted(out, found, formatted);
  for (const problem of problems) out.error(problem);
  return problems.length > 0 ? 1 : 0;
}

const inspectFormat = { execute: "template parsing error" };

/** An object that the template does not fit ends the rest, below an empty line. */
function printFormatted(out: Out, found: readonly unknown[], formatted: (value: unknown) => string): void {
  if (found.length === 0) out.line("");
  for (const item of found) printObject(out, formatted, goNamed(item));
}

/** Templates may say ID, as Go does, for what JSON calls Id. */
function goNamed(item: unknown): unknown {
  if (typeof item !== "object" || item === null || !("Id" in item)) return item;
  return Object.defineProperty(item, "ID", { value: item.Id });
}

/** Nothing of any kind has the name. */
export class ObjectNotFound extends Error {
  override readonly name = "ObjectNotFound";
  constructor(ref: string) {
    super(`Error: No such object: ${ref}`);
  }
}
