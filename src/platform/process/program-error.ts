/** How many bytes of a program's stderr an error keeps: its last words, not its whole story. */
const stderrTailBytes = 4096;

/** An external program that could not be started, was stopped by us, or ended with another code than 0. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  readonly argv: readonly string[];
  /** Undefined when it did not start or died of a signal. */
  readonly exitCode: number | undefined;
  /** "SIGKILL" and so on, when a signal ended it. */
  readonly signal: string | undefined;
  /** The last 4 KiB of its stderr, trimmed. */
  readonly stderrTail: string;

  constructor(
    argv: readonly string[],
    facts: { exitCode?: number; signal?: string; stderr?: string; reason?: string; cause?: unknown },
  ) {
    const stderrTail = (facts.stderr ?? "").slice(-stderrTailBytes).trim();
    const outcome = facts.reason ?? (facts.signal ? `killed by ${facts.signal}` : `exit code ${facts.exitCode}`);
    super(`${argv[0]}: ${outcome}${stderrTail ? `: ${stderrTail}` : ""}`, { cause: facts.cause });
    this.argv = argv;
    this.exitCode = facts.exitCode;
    this.signal = facts.signal;
    this.stderrTail = stderrTail;
  }
}
