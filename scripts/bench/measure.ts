import { readdirSync, readFileSync } from "node:fs";

export interface Timed {
  readonly milliseconds: number;
  readonly stdout: string;
}

/** Runs a program that must succeed, from its start to its end. */
export async function timed(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<Timed> {
  const begin = performance.now();
  const child = Bun.spawn([...argv], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, ...env },
  });
  const exitCode = await child.exited;
  const milliseconds = performance.now() - begin;
  const stdout = await new Response(child.stdout).text();
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${exitCode}: ${await new Response(child.stderr).text()}`);
  return { milliseconds, stdout };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Memory that a process has to itself, plus its part of what it shares, in MB. */
export function proportionalMemory(pid: number): number {
  try {
    const kilobytes = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8").match(/^Pss: +(\d+)/m)?.[1];
    return Number(kilobytes ?? 0) / 1000;
  } catch {
    return 0; // it has ended meanwhile
  }
}

/** Processes whose command line names this. */
export function processesNaming(mark: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);
}
