import { constants } from "node:os";

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** A failed kernel call: which one, the error's name (ENOENT, …) and what it was about. */
export class SyscallError extends Error {
  override readonly name = "SyscallError";
  readonly syscall: string;
  readonly errno: number;
  /** "ENOENT" and so on; "E123" for one without a name. */
  readonly code: string;

  constructor(syscall: string, errno: number, about: string) {
    const code = names.get(errno) ?? `E${errno}`;
    super(`${syscall} ${about}: ${code}`);
    this.syscall = syscall;
    this.errno = errno;
    this.code = code;
  }
}
