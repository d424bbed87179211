import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { errno, libc, ptr } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

const bytesReadable = 0x541b; // FIONREAD

/** Writes to a FIFO that somebody has open for reading; throws ENXIO when nobody has. Never waits. */
export function writeToFifo(path: string, text: string): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

/** Opens a FIFO for reading without waiting for a writer; one that waits in its open(2) goes on. The caller closes it. */
export function openFifoForReading(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

/** Takes what was written to a FIFO. False when there was nothing yet. Never waits. */
export function takeFromFifo(fd: number): boolean {
  try {
    return readSync(fd, Buffer.alloc(64)) > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return false;
    throw error;
  }
}

/** How many bytes lie in the FIFO that its reader has not taken yet. */
export function bytesInFifo(path: string): number {
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    const count = new Int32Array(1);
    if (libc.ioctl(fd, bytesReadable, ptr(count)) !== 0) throw new SyscallError("ioctl", errno(), path);
    return count[0] ?? 0;
  } finally {
    closeSync(fd);
  }
}
