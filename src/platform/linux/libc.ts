import { dlopen, type FFIFunction, FFIType, ptr, read } from "bun:ffi";

const i = "i32" as const;
const u = "u32" as const;
const p = "ptr" as const;
const l = FFIType.i64_fast;

/** The one symbol table. Sizes and offsets are i64 (numbers up to 2^53 pass), modes and device parts u32. */
const table = {
  __errno_location: { args: [], returns: p },
  accept4: { args: [i, p, p, i], returns: i },
  bind: { args: [i, p, u], returns: i },
  chdir: { args: [p], returns: i },
  chroot: { args: [p], returns: i },
  close: { args: [i], returns: i },
  connect: { args: [i, p, u], returns: i },
  dup2: { args: [i, i], returns: i },
  fchdir: { args: [i], returns: i },
  fchmod: { args: [i, u], returns: i },
  fchmodat: { args: [i, p, u, i], returns: i },
  fchown: { args: [i, u, u], returns: i },
  fchownat: { args: [i, p, u, u, i], returns: i },
  fcntl: { args: [i, i, l], returns: i },
  fdatasync: { args: [i], returns: i },
  flock: { args: [i, i], returns: i },
  fsetxattr: { args: [i, p, p, l, i], returns: i },
  fsync: { args: [i], returns: i },
  ftruncate: { args: [i, l], returns: i },
  futimens: { args: [i, p], returns: i },
  getsockopt: { args: [i, i, i, p, p], returns: i },
  if_nametoindex: { args: [p], returns: u },
  ioctl: { args: [i, l, p], returns: i },
  kill: { args: [i, i], returns: i },
  lgetxattr: { args: [p, p, p, l], returns: l },
  linkat: { args: [i, p, i, p, i], returns: i },
  listen: { args: [i, i], returns: i },
  llistxattr: { args: [p, p, l], returns: l },
  lremovexattr: { args: [p, p], returns: i },
  lseek: { args: [i, l, i], returns: l },
  lsetxattr: { args: [p, p, p, l, i], returns: i },
  memfd_create: { args: [p, u], returns: i },
  mkdirat: { args: [i, p, u], returns: i },
  mknodat: { args: [i, p, u, l], returns: i },
  mount: { args: [p, p, p, l, p], returns: i },
  openat: { args: [i, p, i, u], returns: i },
  pipe2: { args: [p, i], returns: i },
  poll: { args: [p, l, i], returns: i },
  prctl: { args: [i, l, l, l, l], returns: i },
  pread: { args: [i, p, l, l], returns: l },
  pwrite: { args: [i, p, l, l], returns: l },
  read: { args: [i, p, l], returns: l },
  readlinkat: { args: [i, p, p, l], returns: l },
  recv: { args: [i, p, l, i], returns: l },
  recvmsg: { args: [i, p, i], returns: l },
  renameat2: { args: [i, p, i, p, u], returns: i },
  send: { args: [i, p, l, i], returns: l },
  sendmsg: { args: [i, p, i], returns: l },
  sendto: { args: [i, p, l, i, p, u], returns: l },
  setns: { args: [i, i], returns: i },
  setsid: { args: [], returns: i },
  setsockopt: { args: [i, i, i, p, u], returns: i },
  shutdown: { args: [i, i], returns: i },
  socket: { args: [i, i, i], returns: i },
  socketpair: { args: [i, i, i, p], returns: i },
  statfs: { args: [p, p], returns: i },
  symlinkat: { args: [p, i, p], returns: i },
  sync: { args: [], returns: "void" },
  syncfs: { args: [i], returns: i },
  /** syscall(2) with up to five arguments, for calls that libc does not wrap (openat2, pidfd_open, mount_setattr). */
  syscall: { args: [l, l, l, l, l, l], returns: l },
  umask: { args: [u], returns: u },
  umount2: { args: [p, i], returns: i },
  unlinkat: { args: [i, p, i], returns: i },
  unshare: { args: [i], returns: i },
  utimensat: { args: [i, p, p, i], returns: i },
  write: { args: [i, p, l], returns: l },
} as const satisfies Record<string, FFIFunction>;

export const libc = dlopen("libc.so.6", table).symbols;

/** The error number of the last call. Read it on the very next line: anything in between may change it. */
export function errno(): number {
  return read.i32(libc.__errno_location()!, 0);
}

/** A NUL-terminated copy; keep the buffer referenced until the call is over. Text with a NUL in it is refused. */
export function cString(text: string): Buffer {
  if (text.includes("\0")) throw new TypeError("a NUL byte in a string for the kernel");
  return Buffer.from(`${text}\0`);
}

export { ptr };
