/** The kinds of failure; each front door maps a kind once (server/http-status.ts, cli/exit-code.ts). */
export type ErrorKind =
  | "invalid-argument"
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "cancelled"
  | "not-implemented"
  | "unavailable"
  | "internal";

/** A failure that a user may see. `code` is stable and what tests assert on; `message` is docker's wording. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly kind: ErrorKind;
  readonly code: string;

  constructor(kind: ErrorKind, code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
    this.code = code;
  }
}

/** The text of anything thrown, for wrapping into a message or a log line. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
