import { ApiError } from "#client/api-error.ts";
import { formatObject } from "./format.ts";
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
  if (format === undefined || format === "") out.line(found.length === 0 ? "[]" : JSON.stringify(found, null, 4));
  else if (format === "json") out.line(formatObject(found, "json"));
  else {
    if (found.length === 0) out.line("");
    for (const item of found) out.line(formatObject(item, format));
  }
  for (const problem of problems) out.error(problem);
  return problems.length > 0 ? 1 : 0;
}

/** Nothing of any kind has the name. */
export class ObjectNotFound extends Error {
  override readonly name = "ObjectNotFound";
  constructor(ref: string) {
    super(`Error: No such object: ${ref}`);
  }
}
