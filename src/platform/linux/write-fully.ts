import { errno, libc, ptr } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

/** write(2) until all is written. For descriptors that do not make us wait: files, memory, an empty pipe. */
export function writeFully(fd: number, content: Uint8Array): void {
  for (let at = 0; at < content.length; ) {
    const rest = content.subarray(at);
    const written = Number(libc.write(fd, ptr(rest), rest.length));
    if (written < 0) throw new SyscallError("write", errno(), `to descriptor ${fd}`);
    at += written;
  }
}
