import { existsSync } from "node:fs";
import { join } from "node:path";
import { oracleFolder } from "../../test/support/docker-cli.ts";
import { median, timed } from "./measure.ts";

let found: Promise<string> | undefined;

/**
 * The unmodified docker command line by which engines are measured: `$DOCKER_CLI`, or the one here that starts soonest.
 * They differ by some 30 ms, which would hide what the engines do.
 */
export function dockerCli(): Promise<string> {
  found ??= findSoonest();
  return found;
}

async function findSoonest(): Promise<string> {
  const asked = process.env["DOCKER_CLI"];
  if (asked) return asked;
  const candidates = [Bun.which("docker"), join(oracleFolder, "bin/docker")].filter(
    (path): path is string => path !== null && existsSync(path),
  );
  const speeds = await Promise.all(candidates.map(async (path) => ({ path, milliseconds: await startTime(path) })));
  const [soonest] = speeds.toSorted((a, b) => a.milliseconds - b.milliseconds);
  if (!soonest) throw new Error("no docker command line here: run scripts/test-setup.sh");
  return soonest.path;
}

async function startTime(path: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) times.push((await timed([path, "--version"], {})).milliseconds);
  return median(times);
}
