import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where `scripts/oracle/install` puts the newest engines and tools. */
export const oracleFolder = process.env["ORACLE"] || "/opt/oracle";

/** The unmodified docker command line: the newest one when installed, else the first on the path. */
export function dockerCli(): string {
  const candidates = [process.env["DOCKER_CLI"], join(oracleFolder, "bin/docker"), Bun.which("docker")];
  const found = candidates.find((path) => path && existsSync(path));
  if (!found) throw new Error("no docker command line here: run scripts/test-setup");
  return found;
}
