import { ApiError } from "#client/api-error.ts";
import type { Out } from "../output/out.ts";

/**
 * Does something for every name the user gave: failures are told one a line, the others go on. The exit code is 1 when any
 * failed.
 */
export async function eachRef(
  refs: readonly string[],
  out: Out,
  work: (ref: string) => Promise<void>,
): Promise<number> {
  // At once, as docker does; told in the order of the names.
  const outcomes = await Promise.allSettled(refs.map((ref) => work(ref)));
  return tellFailures(outcomes, out);
}

/** The same one after the other, for what is printed as it happens. */
export async function eachRefInTurn(
  refs: readonly string[],
  out: Out,
  work: (ref: string) => Promise<void>,
): Promise<number> {
  let code = 0;
  for (const ref of refs) code = tellFailures(await Promise.allSettled([work(ref)]), out) || code;
  return code;
}

function tellFailures(outcomes: readonly PromiseSettledResult<void>[], out: Out): number {
  let code = 0;
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") continue;
    if (!(outcome.reason instanceof ApiError)) throw outcome.reason;
    out.error(`Error response from daemon: ${outcome.reason.message}`);
    code = 1;
  }
  return code;
}
