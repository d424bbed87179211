import { type FlagTable, flagUsages, parseFlags } from "#formats/flags/parse-flags.ts";
import { type DaemonOption, daemonOptions, type OptionType, optionsNotCarried } from "./daemon-options.ts";
import type { FlagValue, FlagValues } from "./option-values.ts";

/**
 * The daemon's flags as a table: what the help shows, and, hidden, dockerd's flags that are refused by name instead of as
 * unknown. Defaults are not set here, so that what was given can be told from what was not.
 */
export const daemonFlagTable: FlagTable = {
  ...Object.fromEntries(daemonOptions.map((option) => [option.flag, specOf(option)])),
  ...Object.fromEntries(
    Object.entries(optionsNotCarried).map(([flag, type]) => [
      flag,
      { type: flagTypeOf(type), help: "", hidden: true, ...(flag === "exec-driver" ? { short: "e" } : {}) },
    ]),
  ),
  help: { type: "boolean", help: "Print usage" },
};

function specOf({ type, help, default: initial, short, also }: DaemonOption): FlagTable[string] {
  return {
    type: flagTypeOf(type),
    help: initial === undefined ? help : `${help} (default ${initial === "" ? '""' : initial})`,
    ...(short === undefined ? {} : { short }),
    ...(also === undefined ? {} : { alsoKnownAs: also }),
  };
}

/** Sizes are read later, as they may come from the file as well. */
function flagTypeOf(type: OptionType) {
  return type === "bytes" ? "string" : type;
}

export interface DaemonArguments {
  readonly given: FlagValues;
  readonly args: readonly string[];
}

/** Parses `wherry daemon`'s arguments. Throws FlagError. */
export function parseDaemonFlags(argv: readonly string[], warn: (line: string) => void): DaemonArguments {
  const { values, args, given } = parseFlags(daemonFlagTable, argv, {
    interspersed: false,
    unquote: true,
    output: warn,
  });
  const entries = [...given].map((flag) => [flag, values[flag] as FlagValue] as const);
  return { given: new Map(entries), args };
}

export function daemonUsage(): string {
  return [
    "",
    "Usage:\twherry daemon [OPTIONS]",
    "",
    "The engine: fetches images and runs containers for its clients.",
    "",
    "Options:",
    ...flagUsages(daemonFlagTable),
    "",
  ].join("\n");
}
