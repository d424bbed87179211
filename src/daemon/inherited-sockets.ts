export interface InheritedSocket {
  readonly fd: number;
  /** The socket unit's FileDescriptorName, empty without one. */
  readonly name: string;
}

const firstFd = 3;

/**
 * The sockets that systemd has handed over (sd_listen_fds(3)): from descriptor 3 on, as many as LISTEN_FDS says, when
 * LISTEN_PID is us. The variables are removed from `environment`: children must not take the sockets for theirs.
 */
export function inheritedSockets(environment: Record<string, string | undefined>, pid: number): InheritedSocket[] {
  const { LISTEN_PID: listenPid, LISTEN_FDS: count, LISTEN_FDNAMES: names = "" } = environment;
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]) delete environment[name];
  if (listenPid !== String(pid) || !/^\d{1,4}$/.test(count ?? "")) return [];
  const labels = names.split(":");
  return Array.from({ length: Number(count) }, (_, index) => ({ fd: firstFd + index, name: labels[index] ?? "" }));
}
