import { constants } from "node:os";

/** Second names of a number: each error has one code here. */
const aliases = new Set(["EWOULDBLOCK", "ENOTSUP", "EDEADLOCK"]);
const names = new Map(
  Object.entries(constants.errno)
    .filter(([name]) => !aliases.has(name))
    .map(([name, number]) => [number, name]),
);

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
