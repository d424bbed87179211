/** Where we do something else than dockerd on purpose. Everything that is not listed here must be the same. */
export interface Difference {
  readonly scenario: string;
  /** Index of the step among those recorded. */
  readonly step: number;
  /** `exit`, `stdout`, `stderr`, `status`, `type`, `body`, or the name of a field. */
  readonly part: string;
  /** What we do instead, normalised. */
  readonly ours: unknown;
  readonly reason: string;
}

export const differences: readonly Difference[] = [];
