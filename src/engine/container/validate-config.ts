import type { ContainerConfig } from "#api/types/container.ts";
import { isKnownSignal, parseSignal } from "#formats/signal/signal.ts";
import { invalidOption, invalidSignal, unsupportedSignal } from "./container-errors.ts";

/** docker's checks of a container's own configuration, before an image is looked for. */
export function validateConfig(config: ContainerConfig): void {
  for (const entry of config.Env ?? [])
    if (entry === "" || entry.startsWith("=")) throw invalidOption(`invalid environment variable: ${entry}`);
  if (config.StopSignal) checkedSignal(config.StopSignal);
  const workingDir = config.WorkingDir ?? "";
  if (workingDir !== "" && !workingDir.startsWith("/"))
    throw invalidOption(`the working directory '${workingDir}' is invalid, it needs to be an absolute path`);
  validateHealthcheck(config.Healthcheck);
}

/** The number of a signal that this kernel has. Throws `container.invalid-signal`, `container.unsupported-signal`. */
export function checkedSignal(text: string): number {
  const signal = parseSignal(text);
  if (signal === undefined) throw invalidSignal(text);
  if (!isKnownSignal(signal)) throw unsupportedSignal(signal);
  return signal;
}

function validateHealthcheck(healthcheck: ContainerConfig["Healthcheck"]): void {
  if (!healthcheck) return;
  for (const name of ["Interval", "Timeout", "StartPeriod", "StartInterval"] as const) {
    const value = healthcheck[name] ?? 0;
    if (value !== 0 && value < 1_000_000) throw invalidOption(`${name} in Healthcheck cannot be less than 1ms`);
  }
  if ((healthcheck.Retries ?? 0) < 0) throw invalidOption("Retries in Healthcheck cannot be negative");
}
