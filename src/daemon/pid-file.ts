import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Another daemon is running, or its pid file says so. */
export class PidFileError extends Error {
  override readonly name = "PidFileError";
}

export interface PidFile {
  /** Removes the file, when it is still ours. */
  release(): void;
}

/**
 * Writes our process id, in digits and nothing else. Throws PidFileError when the file names another process that lives.
 * The flock on the data root is what really keeps two daemons apart; this is for people and scripts.
 */
export function claimPidFile(path: string, pid: number): PidFile {
  if (path === "") return { release: () => undefined };
  const other = recordedPid(path);
  if (other !== undefined && other !== pid && isAlive(other))
    throw new PidFileError(`pid file found, ensure wherry is not running or delete ${path}`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, String(pid), { mode: 0o644 });
  renameSync(`${path}.new`, path);
  return {
    release: () => {
      if (recordedPid(path) === pid) rmSync(path, { force: true });
    },
  };
}

function recordedPid(path: string): number | undefined {
  try {
    const text = readFileSync(path, "utf8").trim();
    return /^\d+$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

/** A zombie has ended: only its parent has not asked for its exit code yet. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
