/** Why a layer could not be unpacked, for programs. Kernel errors keep their own code, "ENOSPC" and so on. */
export type UnpackFailure =
  | "bad-archive"
  | "bad-compression"
  | "outside-root"
  | "child-failed"
  | "aborted"
  | `E${string}`;

export class UnpackError extends Error {
  override readonly name = "UnpackError";
  readonly code: UnpackFailure;

  constructor(code: UnpackFailure, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
