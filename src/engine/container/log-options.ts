import type { HostConfig } from "#api/types/container.ts";
import type { LogBounds, LogDriver } from "#drivers/log/log-driver.ts";
import type { ContainerDefaults } from "./container-deps.ts";
import { invalidOption, noSuchLogDriver, unknownLogOption } from "./container-errors.ts";
import type { ContainerRecord } from "./container-record.ts";

const known = new Set([
  "max-size",
  "max-file",
  "compress",
  "labels",
  "labels-regex",
  "env",
  "env-regex",
  "tag",
  "mode",
  "max-buffer-size",
  "cache-disabled",
  "cache-max-size",
  "cache-max-file",
  "cache-compress",
]);

/** A container may grow its log to 5 × 20 MiB when nobody says otherwise: logs must not fill the disk. */
const defaultBounds: LogBounds = { maxSizeBytes: 20 * 1024 * 1024, maxFiles: 5, compress: true };

/** Refuses drivers that are not there and options that the driver does not know. */
export function validateLogConfig(
  hostConfig: HostConfig,
  drivers: ReadonlyMap<string, LogDriver>,
  defaultDriver: string,
): void {
  const { Type = "", Config: options = {} } = hostConfig.LogConfig ?? {};
  const name = Type === "" ? defaultDriver : Type;
  if (name === "none") return;
  if (!drivers.has(name)) throw noSuchLogDriver(name);
  for (const option of Object.keys(options)) if (!known.has(option)) throw unknownLogOption(option, name);
  logBounds(options);
}

/** The driver and path of a container's log; undefined without a log. */
export const logDriverOf = (
  { hostConfig }: ContainerRecord,
  drivers: ReadonlyMap<string, LogDriver>,
): LogDriver | undefined => drivers.get(hostConfig.LogConfig?.Type ?? "");

/** How large a log may become. Throws in docker's words for sizes that are none. */
export function logBounds(options: Readonly<Record<string, string>>): LogBounds {
  const size = options["max-size"];
  const files = options["max-file"];
  const compress = options["compress"];
  if (files !== undefined && !/^[1-9]\d*$/.test(files)) throw invalidOption("max-file cannot be less than 1");
  const maxFiles = files === undefined ? defaultBounds.maxFiles : Number(files);
  return {
    maxSizeBytes: size === undefined ? defaultBounds.maxSizeBytes : parseSize(size),
    maxFiles,
    compress: compress === undefined ? defaultBounds.compress : compress === "true" || compress === "1",
  };
}

const units: Readonly<Record<string, number>> = { "": 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** "10m", "1.5g"; -1 is without bound. */
function parseSize(text: string): number {
  if (text === "-1") return Number.POSITIVE_INFINITY;
  const match = /^(\d+(?:\.\d+)?) ?([bkmgt]?)i?b?$/i.exec(text);
  if (!match) throw invalidOption(`invalid max-size: invalid size: '${text}'`);
  return Math.trunc(Number(match[1]) * units[match[2]!.toLowerCase()]!);
}

/** What `logs --details` shows: labels and variables that the log options name, as "k=v,k=v". */
export function logDetails(
  { config, hostConfig }: ContainerRecord,
  defaults: Pick<ContainerDefaults, "logOptions">,
): string {
  const options = { ...defaults.logOptions, ...hostConfig.LogConfig?.Config };
  const pairs = new Map<string, string>();
  for (const name of list(options["labels"]))
    if (config.Labels?.[name] !== undefined) pairs.set(name, config.Labels[name]);
  const env = new Map(
    (config.Env ?? []).map((entry) => [entry.split("=", 1)[0]!, entry.slice(entry.indexOf("=") + 1)]),
  );
  for (const name of list(options["env"])) if (env.has(name)) pairs.set(name, env.get(name)!);
  return [...pairs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .join(",");
}

const list = (text = ""): string[] => text.split(",").filter((name) => name !== "");
