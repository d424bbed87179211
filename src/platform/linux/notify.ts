import { errno, libc, ptr } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

const unix = 1;
const datagram = 2;
const closeOnExec = 0o2000000;
const noSignal = 0x4000;
const pathBytes = 108;

/**
 * Sends one datagram to a unix socket, as sd_notify(3) does. A path that begins with "@" is a name in the abstract
 * namespace. Throws SyscallError, ENAMETOOLONG for a path that an address cannot hold.
 */
export function sendDatagram(path: string, text: string): void {
  const name = Buffer.from(path);
  if (name.length >= pathBytes) throw new SyscallError("sendto", 36, path);
  const address = Buffer.alloc(2 + name.length + (path.startsWith("@") ? 0 : 1));
  address.writeUInt16LE(unix, 0);
  name.copy(address, 2);
  if (path.startsWith("@")) address[2] = 0;
  const fd = libc.socket(unix, datagram | closeOnExec, 0);
  if (fd < 0) throw new SyscallError("socket", errno(), path);
  const bytes = Buffer.from(text);
  const sent = libc.sendto(fd, ptr(bytes), bytes.length, noSignal, ptr(address), address.length);
  const code = sent < 0 ? errno() : 0;
  libc.close(fd);
  if (code !== 0) throw new SyscallError("sendto", code, path);
}
