import { closeSync, openSync } from "node:fs";
import { spawnSync } from "bun";
import { libc } from "#platform/linux/libc.ts";

const CLONE_NEWNET = 0x4000_0000;

/**
 * Moves this thread, and with it every child it starts, into a fresh network namespace that plays the host, so that a
 * test never touches the machine's interfaces and firewall. Disposing comes back; the namespace ends with its children.
 */
export function enterPrivateHost(): Disposable {
  const home = openSync("/proc/thread-self/ns/net", "r");
  if (libc.unshare(CLONE_NEWNET) !== 0) throw new Error("a network namespace needs root");
  succeed("ip", "link", "set", "lo", "up");
  return {
    [Symbol.dispose]: () => {
      if (libc.setns(home, CLONE_NEWNET) !== 0) throw new Error("cannot come back to the machine's network");
      closeSync(home);
    },
  };
}

/** Runs a program to its end and returns what it printed; fails with its last words. */
export function succeed(...argv: string[]): string {
  const { stdout, stderr, exitCode } = spawnSync(argv);
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString().trim()}`);
  return stdout.toString();
}
