/** What a run of tests came to. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const noTests: Totals = { passed: 0, failed: 0, skipped: 0 };

export function addTotals(a: Totals, b: Totals): Totals {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/**
 * Reads the closing lines of `bun test`. A run that failed without a failed test (it crashed, it was too late, a file could
 * not be loaded) counts as one failure, and so does one that ran nothing at all.
 */
export function totalsOfBunTest(output: string, exitCode: number): Totals {
  const count = (word: string) => Number(new RegExp(`^ *(\\d+) ${word}$`, "m").exec(output)?.[1] ?? 0);
  const passed = count("pass");
  const failed = count("fail");
  const skipped = count("skip") + count("todo");
  const isUnexplained = failed === 0 && (exitCode !== 0 || passed + skipped === 0);
  return { passed, failed: isUnexplained ? 1 : failed, skipped };
}

/** The closing line that continuous integration reads. */
export function closingLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
