import { readFileSync, writeFileSync } from "node:fs";

/**
 * Reads a kernel parameter by its path below /proc/sys, "net/ipv4/ip_forward". Network parameters are those of the
 * calling thread's namespace. Undefined when this kernel has none of that name.
 */
export function readSysctl(path: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${path}`, "utf8").trim();
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Sets a kernel parameter; EACCES or EROFS where the caller may not, ENOENT when there is none of that name. */
export function writeSysctl(path: string, value: string): void {
  writeFileSync(`/proc/sys/${path}`, value);
}
