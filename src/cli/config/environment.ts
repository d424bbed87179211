import process from "node:process";

/** A variable by its name without prefix: WHERRY_HOST wins over DOCKER_HOST. Empty counts as unset. */
export function environment(name: string): string | undefined {
  return process.env[`WHERRY_${name}`] || process.env[`DOCKER_${name}`] || undefined;
}
