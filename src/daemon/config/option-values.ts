import { ConfigError } from "./config-error.ts";
import type { FileValues } from "./config-file.ts";
import { type DaemonOption, daemonOptions, harmlessValues, optionsNotCarried } from "./daemon-options.ts";

/** What was given on the command line, by long flag name; what was not given is not in it. */
export type FlagValues = ReadonlyMap<string, FlagValue>;
export type FlagValue = string | number | boolean | readonly string[];

/** What the daemon goes by: flags, then the file, then defaults; by long flag name. */
export type OptionValues = ReadonlyMap<string, unknown>;

/** Merges both sources. An option in both is refused, as are options that are not carried. Throws ConfigError. */
export function mergeValues(flags: FlagValues, file: FileValues): OptionValues {
  const conflicts: string[] = [];
  const values = new Map<string, unknown>();
  for (const option of daemonOptions) {
    const flag = flags.get(option.flag);
    const inFile = option.key === undefined ? undefined : file.get(option.key);
    if (flag !== undefined && inFile !== undefined)
      conflicts.push(`${option.key}: (from flag: ${goText(flag)}, from file: ${goText(inFile)})`);
    const value = flag ?? inFile ?? defaultOf(option);
    if (value !== undefined) values.set(option.flag, value);
  }
  if (conflicts.length > 0)
    throw new ConfigError(
      `the following directives are specified both as a flag and in the configuration file: ${conflicts.sort().join(", ")}`,
    );
  for (const source of [flags, file]) for (const [name, value] of source) refuseNotCarried(name, value);
  return values;
}

function defaultOf({ type, default: text }: DaemonOption): unknown {
  if (type === "boolean") return text === "true";
  if (text === undefined) return type === "list" ? [] : type === "map" ? {} : undefined;
  return type === "integer" ? Number(text) : text;
}

function refuseNotCarried(name: string, value: unknown): void {
  if (!Object.hasOwn(optionsNotCarried, name) || value === harmlessValues[name]) return;
  const isEmpty = !value || (typeof value === "object" && Object.keys(value).length === 0);
  if (!isEmpty) throw new ConfigError(`the option '${name}' is not supported by this version of wherry`);
}

/** A value as Go's %v shows it in dockerd's messages. */
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${pairs.map(([key, item]) => `${key}:${goText(item)}`).join(" ")}]`;
}
