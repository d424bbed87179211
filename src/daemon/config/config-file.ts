import { readFileSync } from "node:fs";
import { any, array, boolean, decodeValue, integer, map, object, type Schema, string } from "#api/schema.ts";
import { messageOf } from "#base/errors/engine-error.ts";
import { explainJsonError } from "#formats/json/explain-json-error.ts";
import { ConfigError } from "./config-error.ts";
import { daemonOptions, type OptionType, optionsNotCarried } from "./daemon-options.ts";

/** Values of daemon.json by key: text, number, truth, list, or the object of a map. */
export type FileValues = ReadonlyMap<string, unknown>;

const schemaOf: Readonly<Record<OptionType, Schema>> = {
  string,
  boolean,
  integer,
  // A number of bytes, or text with a unit.
  bytes: any,
  list: array(string),
  map: map(string),
};

/** Keys whose value has a shape of its own. */
const shapes: Readonly<Record<string, Schema>> = {
  runtimes: map(object({ path: string, runtimeArgs: array(string) })),
  "default-ulimits": map(object({ Name: string, Soft: integer, Hard: integer })),
  features: map(boolean),
};

const known = new Map<string, Schema>([
  ...Object.keys(optionsNotCarried).map((key) => [key, any] as const),
  ...daemonOptions.flatMap(({ key, type }) =>
    key === undefined ? [] : [[key, shapes[key] ?? schemaOf[type]] as const],
  ),
]);
const fileSchema: Schema = { kind: "object", fields: Object.fromEntries(known) };

/**
 * Reads a configuration file. A missing one is an error only when `mustExist` (it was named on the command line).
 * Throws ConfigError in dockerd's words.
 */
export function readConfigFile(path: string, options: { mustExist: boolean }): FileValues {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (!options.mustExist && (cause as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    const reason = (cause as NodeJS.ErrnoException).code === "ENOENT" ? "no such file or directory" : messageOf(cause);
    throw new ConfigError(`open ${path}: ${reason}`);
  }
  return parseConfig(text);
}

export function parseConfig(text: string): FileValues {
  // A byte order mark and an empty file are what editors leave.
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  if (trimmed === "") return new Map();
  const parsed = parseJson(trimmed);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new ConfigError("invalid JSON: the configuration must be an object");
  const unknown = Object.keys(parsed).filter((key) => !known.has(key));
  if (unknown.length > 0)
    throw new ConfigError(
      `the following directives don't match any configuration option: ${unknown.sort().join(", ")}`,
    );
  try {
    return new Map(Object.entries(decodeValue(fileSchema, parsed, "Config") as Record<string, unknown>));
  } catch (cause) {
    throw new ConfigError(messageOf(cause), { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const fault = explainJsonError(text);
    throw new ConfigError(`invalid JSON: ${fault?.kind === "syntax" ? fault.message : messageOf(cause)}`, { cause });
  }
}
