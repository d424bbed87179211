import { closeSync, constants, openSync } from "node:fs";
import { basename, dirname } from "node:path";
import { errno, libc, ptr } from "./libc.ts";
import { SyscallError } from "./syscall-error.ts";

const unix = 1;
const stream = 1;
const sequencedPackets = 5;
const closeOnExec = 0o2000000;
const nonBlocking = 0o4000;
const pathBytes = 108;
const openPath = 0o10000000;
const tryAgain = 11;
const shutWrite = 1;

/** Two connected stream sockets: ours does not wait, the other is for a child. Both are close-on-exec. */
export function socketPair(): { ours: number; theirs: number } {
  const pair = new Int32Array(2);
  if (libc.socketpair(unix, stream | closeOnExec, 0, ptr(pair)) !== 0) {
    throw new SyscallError("socketpair", errno(), "");
  }
  return { ours: pair[0]!, theirs: pair[1]! };
}

/** Connects to a SOCK_SEQPACKET socket without waiting. Throws ECONNREFUSED when nobody listens. */
export function connectPackets(path: string): number {
  return withAddress(path, (address) => {
    const fd = newSocket(sequencedPackets | nonBlocking);
    if (libc.connect(fd, ptr(address), address.length) === 0) return fd;
    const code = errno();
    libc.close(fd);
    throw new SyscallError("connect", code, path);
  });
}

/** A listening stream socket; `acceptDescriptor` takes what comes in. */
export function listenStream(path: string): number {
  return withAddress(path, (address) => {
    const fd = newSocket(stream | nonBlocking);
    if (libc.bind(fd, ptr(address), address.length) === 0 && libc.listen(fd, 1) === 0) return fd;
    const code = errno();
    libc.close(fd);
    throw new SyscallError("bind", code, path);
  });
}

/** accept4(2) that does not wait: undefined when nobody has connected yet. */
export function acceptConnection(listener: number): number | undefined {
  const fd = libc.accept4(listener, null, null, closeOnExec | nonBlocking);
  if (fd >= 0) return fd;
  const code = errno();
  if (code === tryAgain) return undefined;
  throw new SyscallError("accept", code, "");
}

/** Ends our direction of a connection: the peer reads to the end. Nothing happens when the peer has gone. */
export function endWriting(fd: number): void {
  libc.shutdown(fd, shutWrite);
}

const messageHeaderBytes = 56;
const controlBytes = 24;
const rightsType = 1;
const socketLevel = 1;
const closeReceived = 0x40000000;

/** recvmsg(2) of a descriptor that the peer passes with its message; undefined when nothing has come yet. */
export function receiveDescriptor(connection: number): number | undefined {
  const data = Buffer.alloc(4096);
  const control = Buffer.alloc(controlBytes);
  const vector = new BigUint64Array([BigInt(ptr(data)), BigInt(data.length)]);
  const header = Buffer.alloc(messageHeaderBytes);
  header.writeBigUInt64LE(BigInt(ptr(vector)), 16);
  header.writeBigUInt64LE(1n, 24);
  header.writeBigUInt64LE(BigInt(ptr(control)), 32);
  header.writeBigUInt64LE(BigInt(controlBytes), 40);
  const received = Number(libc.recvmsg(connection, ptr(header), closeReceived));
  if (received < 0) {
    const code = errno();
    if (code === tryAgain) return undefined;
    throw new SyscallError("recvmsg", code, "");
  }
  const hasDescriptor = control.readInt32LE(8) === socketLevel && control.readInt32LE(12) === rightsType;
  if (!hasDescriptor) throw new SyscallError("recvmsg", 0, "without a descriptor");
  return control.readInt32LE(16);
}

const duplicate = 1030; // F_DUPFD_CLOEXEC

/** A second descriptor of the same open file, closed on its own. */
export function duplicateDescriptor(fd: number): number {
  const copy = libc.fcntl(fd, duplicate, 0);
  if (copy < 0) throw new SyscallError("fcntl", errno(), `of descriptor ${fd}`);
  return copy;
}

function newSocket(type: number): number {
  const fd = libc.socket(unix, type | closeOnExec, 0);
  if (fd < 0) throw new SyscallError("socket", errno(), "");
  return fd;
}

/** A path longer than an address holds is reached through a handle on its folder. */
function withAddress<T>(path: string, use: (address: Buffer) => T): T {
  if (Buffer.byteLength(path) < pathBytes) return use(addressOf(path));
  const folder = openSync(dirname(path), openPath | constants.O_DIRECTORY);
  try {
    return use(addressOf(`/proc/self/fd/${folder}/${basename(path)}`));
  } finally {
    closeSync(folder);
  }
}

function addressOf(path: string): Buffer {
  const address = Buffer.alloc(2 + pathBytes);
  address.writeUInt16LE(unix, 0);
  address.write(path, 2);
  return address;
}
