import type { RestartPolicy } from "#api/types/container.ts";

/** The first wait; each further one is twice as long, up to a minute. */
const firstMilliseconds = 100;
const longestMilliseconds = 60_000;
/** A run of this length shows that the program works: the waits begin anew. */
const settledMilliseconds = 10_000;

export interface EndedRun {
  readonly exitCode: number;
  readonly ranMilliseconds: number;
  /** Somebody asked for the end. */
  readonly stoppedByUser: boolean;
  /** Failures in a row, this one included. */
  readonly failures: number;
}

/** Does the policy start the container again after such an end, while the daemon lives? */
export function restartsAfter(policy: RestartPolicy | undefined, run: EndedRun): boolean {
  if (run.stoppedByUser) return false;
  switch (policy?.Name) {
    case "always":
    case "unless-stopped":
      return true;
    case "on-failure": {
      const most = policy.MaximumRetryCount ?? 0;
      return run.exitCode !== 0 && (most === 0 || run.failures <= most);
    }
    default:
      return false;
  }
}

/** Does a daemon that comes up start the container? `always` forgets that the user stopped it, as docker does. */
export function restartsAtBoot(
  policy: RestartPolicy | undefined,
  run: Pick<EndedRun, "exitCode" | "stoppedByUser"> & { readonly restartCount: number },
): boolean {
  switch (policy?.Name) {
    case "always":
      return true;
    case "unless-stopped":
      return !run.stoppedByUser;
    case "on-failure": {
      const most = policy.MaximumRetryCount ?? 0;
      return !run.stoppedByUser && run.exitCode !== 0 && (most === 0 || run.restartCount < most);
    }
    default:
      return false;
  }
}

/** The wait before the next restart, after one of `last` milliseconds (0 for none yet). */
export function nextBackoff(last: number, ranMilliseconds: number): number {
  if (last === 0 || ranMilliseconds >= settledMilliseconds) return firstMilliseconds;
  return Math.min(longestMilliseconds, last * 2);
}
