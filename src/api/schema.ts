import { EngineError } from "#base/errors/engine-error.ts";

/**
 * A JSON shape as data: the validator of a request body and its TypeScript type in one value.
 * Decoding follows Go's encoding/json, which docker's clients rely on: names match in any case, null counts as unset,
 * unknown names are dropped, a wrong type is an error.
 */
export type Schema =
  | { readonly kind: "string" | "boolean" | "integer" | "number" | "any" }
  | { readonly kind: "array"; readonly items: Schema }
  | { readonly kind: "map"; readonly values: Schema }
  | { readonly kind: "object"; readonly fields: Readonly<Record<string, Schema>>; readonly goType?: string }
  /** A string or a list of strings, as Cmd and Entrypoint take both. */
  | { readonly kind: "strings" };

export type Infer<S> = S extends { kind: "string" }
  ? string
  : S extends { kind: "boolean" }
    ? boolean
    : S extends { kind: "integer" | "number" }
      ? number
      : S extends { kind: "strings" }
        ? readonly string[]
        : S extends { kind: "array"; items: infer I }
          ? readonly Infer<I>[]
          : S extends { kind: "map"; values: infer V }
            ? Readonly<Record<string, Infer<V>>>
            : S extends { kind: "object"; fields: infer F }
              ? { readonly [K in keyof F]?: Infer<F[K]> }
              : unknown;

export const string = { kind: "string" } as const;
export const boolean = { kind: "boolean" } as const;
export const integer = { kind: "integer" } as const;
export const strings = { kind: "strings" } as const;
/** Passed through as it came. */
export const any = { kind: "any" } as const;
export const array = <const I extends Schema>(items: I) => ({ kind: "array", items }) as const;
export const map = <const V extends Schema>(values: V) => ({ kind: "map", values }) as const;
/** `goType` is the name that docker's error shows when something else than an object stands there. */
export const object = <const F extends Readonly<Record<string, Schema>>>(fields: F, goType?: string) =>
  ({ kind: "object", fields, goType }) as const;

/** Go's name of a shape's type, as its JSON errors show it. */
function goTypeOf(schema: Schema): string {
  switch (schema.kind) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "integer":
      return "int64";
    case "number":
      return "float64";
    case "strings":
      return "[]string";
    case "array":
      return `[]${goTypeOf(schema.items)}`;
    case "map":
      return `map[string]${goTypeOf(schema.values)}`;
    case "object":
      return schema.goType ?? "struct";
    case "any":
      return "interface {}";
  }
}

function mismatch(schema: Schema, value: unknown, path: string): EngineError {
  const got = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  const shown = schema.kind === "integer" && typeof value === "number" ? `number ${value}` : got;
  const place = path.includes(".") ? (/\.\d+$/.test(path) ? path : `Go struct field ${path}`) : "Go value";
  const message = `invalid JSON: json: cannot unmarshal ${shown} into ${place} of type ${goTypeOf(schema)}`;
  return new EngineError("invalid-argument", "api.wrong-type", message);
}

const lowerNames = new WeakMap<object, Map<string, string>>();
function namesOf(fields: Readonly<Record<string, Schema>>): Map<string, string> {
  let names = lowerNames.get(fields);
  if (!names) {
    names = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]));
    lowerNames.set(fields, names);
  }
  return names;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Decodes a parsed JSON value. Throws `api.wrong-type` (400) in the words of Go's decoder as docker 28.5 shows them; `path` is
 * the name of the outermost type in them, empty for most bodies.
 */
export function decode<const S extends Schema>(schema: S, value: unknown, path = ""): Infer<S> {
  return decodeValue(schema, value, path) as Infer<S>;
}

/** `decode` for a schema that is known at run time only. */
export function decodeValue(schema: Schema, value: unknown, path: string): unknown {
  switch (schema.kind) {
    case "any":
      return value;
    case "string":
      if (typeof value !== "string") throw mismatch(schema, value, path);
      return value;
    case "boolean":
      if (typeof value !== "boolean") throw mismatch(schema, value, path);
      return value;
    case "integer":
      if (typeof value !== "number" || !Number.isInteger(value)) throw mismatch(schema, value, path);
      return value;
    case "number":
      if (typeof value !== "number") throw mismatch(schema, value, path);
      return value;
    case "strings":
      if (typeof value === "string") return [value];
      if (!Array.isArray(value)) throw mismatch(string, value, "");
      return decodeValue({ kind: "array", items: string }, value, path);
    case "array":
      if (!Array.isArray(value)) throw mismatch(schema, value, path);
      return value.map((item, index) => decodeValue(schema.items, item, `${path}.${index}`));
    case "map": {
      if (!isRecord(value)) throw mismatch(schema, value, path);
      const entries = Object.entries(value).map(([key, item]) => [
        key,
        item === null
          ? zeroOf(schema.values)
          : decodeValue(schema.values, item, `${path}.${key.replaceAll("/", "~1")}`),
      ]);
      return Object.fromEntries(entries);
    }
    case "object": {
      if (!isRecord(value)) throw mismatch(schema, value, path);
      const names = namesOf(schema.fields);
      const decoded: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(value)) {
        const name = schema.fields[key] ? key : names.get(key.toLowerCase());
        if (name === undefined || item === null || item === undefined) continue;
        decoded[name] = decodeValue(schema.fields[name]!, item, `${path}.${name}`);
      }
      return decoded;
    }
  }
}

function zeroOf(schema: Schema): unknown {
  switch (schema.kind) {
    case "string":
      return "";
    case "boolean":
      return false;
    case "integer":
    case "number":
      return 0;
    case "array":
    case "strings":
      return [];
    case "map":
    case "object":
      return {};
    case "any":
      return null;
  }
}
