import { errno, libc, ptr } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

const setWindowSize = 0x5414; // TIOCSWINSZ

/** Tells a terminal (either end of a pty) its size; the programs on it get SIGWINCH. */
export function setTerminalSize(fd: number, { rows, columns }: { rows: number; columns: number }): void {
  const size = new Uint16Array([rows, columns, 0, 0]);
  if (libc.ioctl(fd, setWindowSize, ptr(size)) !== 0) throw new SyscallError("ioctl", errno(), "terminal size");
}
