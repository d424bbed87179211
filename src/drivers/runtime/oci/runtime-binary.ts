import { closeSync } from "node:fs";
import { sealedCopy } from "#platform/linux/memfd.ts";
import { SyscallError } from "#platform/linux/syscall-error.ts";
import { ProgramError } from "#platform/process/program-error.ts";
import { run } from "#platform/process/run.ts";

/** A runtime that answers on this host. */
export interface RuntimeBinary {
  readonly name: string;
  /** The program in the file system. */
  readonly path: string;
  /** What is executed: a sealed copy in memory where that works, which spares the runtime copying itself at each call. */
  readonly command: string;
  /** "other" gets no shortcuts: everything through its command line. */
  readonly kind: "crun" | "runc" | "other";
  readonly version: string;
}

const probeTimeoutMs = 5000;

/** Asks the runtime for its version; undefined when there is none at `path`. */
export async function probeRuntime(name: string, path: string): Promise<RuntimeBinary | undefined> {
  const banner = await versionBanner(path);
  if (banner === undefined) return undefined;
  const [, program = "", version = ""] = /^(\S+) version (\S+)/m.exec(banner) ?? [];
  const kind = program === "crun" || program === "runc" ? program : "other";
  const command = kind === "other" ? path : ((await sealedCommand(kind, path, banner)) ?? path);
  return { name, path, command, kind, version };
}

/** The version that `conmon --version` tells; undefined when there is none at `path`. */
export async function probeMonitor(path: string): Promise<string | undefined> {
  const banner = await versionBanner(path);
  return banner && (/version (\S+)/.exec(banner)?.[1] ?? "unknown");
}

async function versionBanner(command: string): Promise<string | undefined> {
  try {
    return (await run([command, "--version"], { timeoutMs: probeTimeoutMs })).stdout;
  } catch (error) {
    if (error instanceof ProgramError) return undefined;
    throw error;
  }
}

/** The copy lives as long as this process; other processes reach it through /proc. It must give the same answer. */
async function sealedCommand(kind: string, path: string, banner: string): Promise<string | undefined> {
  let fd: number;
  try {
    fd = sealedCopy(path, kind);
  } catch (error) {
    if (error instanceof SyscallError) return undefined;
    throw error;
  }
  const command = `/proc/${process.pid}/fd/${fd}`;
  if ((await versionBanner(command)) === banner) return command;
  closeSync(fd);
  return undefined;
}
