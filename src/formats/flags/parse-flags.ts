import { type Flag, type FlagError, FlagSet } from "./flag-set.ts";
import { type FlagType, type FlagTypes, TypedValue } from "./flag-value.ts";

/** One flag of a command, keyed by its long name. `as` is the word that the help shows for the value. */
export interface FlagSpec<T extends FlagType = FlagType> {
  readonly type: T;
  readonly short?: string;
  readonly help: string;
  readonly initial?: FlagTypes[T];
  readonly as?: string;
  /** Kept working, left out of help; the text names what to use instead. */
  readonly deprecated?: string;
  readonly hidden?: boolean;
  /** Other long names of the same flag. */
  readonly alsoKnownAs?: readonly string[];
}
export type FlagTable = Readonly<Record<string, FlagSpec>>;

/** Values by long name; undefined where neither given nor defaulted. Booleans and lists are never undefined. */
export type FlagValues<T extends FlagTable> = {
  readonly [K in keyof T]: T[K]["type"] extends "boolean" | "list" | "map"
    ? FlagTypes[T[K]["type"]]
    : FlagTypes[T[K]["type"]] | undefined;
};

export interface ParsedFlags<T extends FlagTable> {
  readonly values: FlagValues<T>;
  readonly args: readonly string[];
  /** Long names of the flags that were given. */
  readonly given: ReadonlySet<string>;
}

const emptyOf = { boolean: false, list: [], map: {} } as const;

export interface ParseFlagsOptions {
  readonly interspersed: boolean;
  readonly unquote?: boolean;
  readonly output: (line: string) => void;
}

/** Parses a command's arguments by its table. Throws FlagError. */
export function parseFlags<const T extends FlagTable>(
  table: T,
  argv: readonly string[],
  { interspersed, unquote = false, output }: ParseFlagsOptions,
): ParsedFlags<T> {
  const exit = (code: number): never => {
    throw new Error(`exit ${code}`);
  };
  const set = new FlagSet("", "continue", { output, exit });
  const held: Record<string, TypedValue> = {};
  for (const [name, spec] of Object.entries(table)) {
    const initial = spec.initial ?? emptyOf[spec.type as keyof typeof emptyOf];
    const value = new TypedValue(spec.type, initial);
    held[name] = value;
    set.add({ names: namesOf(name, spec), usage: spec.help, value, defaultText: value.text() });
  }
  const error = set.parse(argv, { interspersed, unquote });
  if (error) throw error;
  const values = Object.fromEntries(Object.entries(held).map(([name, value]) => [name, value.value]));
  const given = new Set([...set.actual.values()].map((flag) => longNameOf(flag)));
  for (const name of given) {
    const use = table[name]?.deprecated;
    if (use !== undefined) output(`Flag --${name} has been deprecated, ${use}`);
  }
  return { values: values as FlagValues<T>, args: set.args, given };
}

const namesOf = (name: string, spec: FlagSpec): string[] => [
  ...(spec.short ? [spec.short] : []),
  name,
  ...(spec.alsoKnownAs ?? []),
];
const longNameOf = (flag: Flag): string => flag.names.find((name) => name.length > 1) ?? flag.names[0]!;

/** The mistake in the words of docker 28's command line. */
export function modernWording({ mistake, message }: FlagError): string {
  switch (mistake.kind) {
    case "unknown":
      return mistake.dashes === 2
        ? `unknown flag: --${mistake.name}`
        : `unknown shorthand flag: '${mistake.name}' in ${mistake.argument}`;
    case "needs-argument":
      return mistake.name.length === 1
        ? `flag needs an argument: '${mistake.name}' in ${mistake.argument}`
        : `flag needs an argument: --${mistake.name}`;
    case "bad-value": {
      const names = mistake.flag.names.map((name) => (name.length === 1 ? `-${name}` : `--${name}`)).join(", ");
      return `invalid argument ${JSON.stringify(mistake.text)} for "${names}" flag: ${mistake.why}`;
    }
    case "bad-syntax":
      return `bad flag syntax: ${mistake.argument}`;
    default:
      return message;
  }
}

const shownTypes: Record<FlagType, string> = {
  boolean: "",
  string: "string",
  integer: "int",
  list: "list",
  map: "map",
  bytes: "bytes",
  duration: "duration",
  decimal: "decimal",
};

/** The word that stands for a flag's value in help texts; empty for booleans, which take none. */
export const flagTypeText = ({ as, type }: FlagSpec): string => as ?? shownTypes[type];

/** The lines of a help text: `  -f, --filter filter   Show …`, sorted by long name, in two columns. */
export function flagUsages(table: FlagTable): string[] {
  const rows = Object.entries(table)
    .filter(([, spec]) => spec.deprecated === undefined && !spec.hidden)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, spec]) => {
      const kind = flagTypeText(spec);
      const left = `  ${spec.short ? `-${spec.short}, ` : "    "}--${name}${kind === "" ? "" : ` ${kind}`}`;
      return { left, help: `${spec.help}${shownDefault(spec)}` };
    });
  const width = Math.max(0, ...rows.map(({ left }) => left.length));
  return rows.map(({ left, help }) => `${left.padEnd(width)}   ${help}`);
}

function shownDefault({ type, initial }: FlagSpec): string {
  if (initial === undefined || initial === false || initial === 0 || initial === "") return "";
  if (type === "list" || type === "map") return "";
  return ` (default ${JSON.stringify(initial)})`;
}
