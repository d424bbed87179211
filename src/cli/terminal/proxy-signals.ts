import process from "node:process";

/** Signals that end or steer a program; those of the terminal's window and of our own children are not the container's. */
const proxied = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGABRT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGTERM",
  "SIGCONT",
  "SIGTSTP",
  "SIGTTIN",
  "SIGTTOU",
] as const;

/** Sends the signals that reach us on, by docker's name for them ("INT"). Failures are the container's end. */
export function proxySignals(send: (signal: string) => Promise<unknown>): void {
  for (const signal of proxied)
    process.on(signal, () => {
      send(signal.slice("SIG".length)).catch(() => undefined);
    });
}
