import { errno, libc } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

/** Numbers of these calls, the same on every architecture. */
const pidfdSendSignal = 424;
const pidfdOpen = 434;
const noSuchProcess = 3;

/**
 * A handle on one process, which no later process with the same number can take the place of. Close it.
 * Undefined when there is no such process.
 */
export function openProcess(pid: number): number | undefined {
  const fd = Number(libc.syscall(pidfdOpen, pid, 0, 0, 0, 0));
  if (fd >= 0) return fd;
  const code = errno();
  if (code === noSuchProcess) return undefined;
  throw new SyscallError("pidfd_open", code, `of process ${pid}`);
}

/** pidfd_send_signal(2); signal 0 only asks. False when the process has ended and was waited for. */
export function signalProcess(handle: number, signal: number): boolean {
  if (Number(libc.syscall(pidfdSendSignal, handle, signal, 0, 0, 0)) === 0) return true;
  const code = errno();
  if (code === noSuchProcess) return false;
  throw new SyscallError("pidfd_send_signal", code, `signal ${signal}`);
}

/** Has it ended? True also while its parent has not waited for it. */
export function hasEnded(handle: number): boolean {
  const entry = new Int32Array([handle, readable]);
  return libc.poll(entry, 1, 0) > 0;
}
const readable = 1; // POLLIN in the low half, no events yet in the high half
