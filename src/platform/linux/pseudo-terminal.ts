import { closeSync, constants, openSync } from "node:fs";
import { errno, libc, ptr } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

const setLock = 0x40045431; // TIOCSPTLCK
const getNumber = 0x80045430; // TIOCGPTN

/** A new terminal of the host: `ours` is what a terminal emulator holds, `theirs` is the terminal. The caller closes both. */
export function openPseudoTerminal(): { ours: number; theirs: number } {
  const flags = constants.O_RDWR | constants.O_NOCTTY;
  const ours = openSync("/dev/ptmx", flags);
  try {
    const word = new Int32Array([0]);
    if (libc.ioctl(ours, setLock, ptr(word)) !== 0) throw new SyscallError("ioctl", errno(), "unlocking a terminal");
    if (libc.ioctl(ours, getNumber, ptr(word)) !== 0) throw new SyscallError("ioctl", errno(), "a terminal's number");
    return { ours, theirs: openSync(`/dev/pts/${word[0]}`, flags) };
  } catch (error) {
    closeSync(ours);
    throw error;
  }
}
