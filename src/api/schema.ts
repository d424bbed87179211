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
  | { readonly kind: "object"; readonly fields: Readonly<Record<string, Schema>> }
  /** A string or a list of strings, as Cmd and Entrypoint take both. */
  | { readonly kind: "strings" };

export type Infer<S extends Schema> = S extends { kind: "string" }
  ? string
  : S extends { kind: "boolean" }
    ? boolean
    : S extends { kind: "integer" | "number" }
      ? number
      : S extends { kind: "strings" }
        ? readonly string[]
        : S extends { kind: "array"; items: infer I extends Schema }
          ? readonly Infer<I>[]
          : S extends { kind: "map"; values: infer V extends Schema }
            ? Readonly<Record<string, Infer<V>>>
            : S extends { kind: "object"; fields: infer F extends Readonly<Record<string, Schema>> }
              ? { readonly [K in keyof F]?: Infer<F[K]> }
              : unknown;

export const string = { kind: "string" } as const;
export const boolean = { kind: "boolean" } as const;
export const integer = { kind: "integer" } as const;
export const number = { kind: "number" } as const;
export const strings = { kind: "strings" } as const;
/** Passed through as it came. */
export const any = { kind: "any" } as const;
export const array = <const I extends Schema>(items: I) => ({ kind: "array", items }) as const;
export const map = <const V extends Schema>(values: V) => ({ kind: "map", values }) as const;
export const object = <const F extends Readonly<Record<string, Schema>>>(fields: F) =>
  ({ kind: "object", fields }) as const;

const mismatch = (value: unknown, path: string, wanted: string): EngineError => {
  const got = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  const place = path === "" ? "Go value" : `Go struct field ${path}`;
  return new EngineError(
    "invalid-argument",
    "api.wrong-type",
    `json: cannot unmarshal ${got} into ${place} of type ${wanted}`,
  );
};

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

/** Decodes a parsed JSON value. Throws `api.wrong-type` (400) in Go's words; `path` names the place in them. */
export function decode<const S extends Schema>(schema: S, value: unknown, path = ""): Infer<S> {
  return decodeValue(schema, value, path) as Infer<S>;
}

function decodeValue(schema: Schema, value: unknown, path: string): unknown {
  switch (schema.kind) {
    case "any":
      return value;
    case "string":
      if (typeof value !== "string") throw mismatch(value, path, "string");
      return value;
    case "boolean":
      if (typeof value !== "boolean") throw mismatch(value, path, "bool");
      return value;
    case "integer":
      if (typeof value !== "number") throw mismatch(value, path, "int64");
      if (!Number.isInteger(value)) throw mismatch(`number ${value}`, path, "int64");
      return value;
    case "number":
      if (typeof value !== "number") throw mismatch(value, path, "float64");
      return value;
    case "strings":
      if (typeof value === "string") return [value];
      return decodeValue({ kind: "array", items: string }, value, path);
    case "array":
      if (!Array.isArray(value)) throw mismatch(value, path, "[]string");
      return value.map((item) => decodeValue(schema.items, item, path));
    case "map": {
      if (!isRecord(value)) throw mismatch(value, path, "map[string]string");
      const entries = Object.entries(value).map(([key, item]) => [
        key,
        item === null ? zeroOf(schema.values) : decodeValue(schema.values, item, path),
      ]);
      return Object.fromEntries(entries);
    }
    case "object": {
      if (!isRecord(value)) throw mismatch(value, path, "struct");
      const names = namesOf(schema.fields);
      const decoded: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(value)) {
        const name = schema.fields[key] ? key : names.get(key.toLowerCase());
        if (name === undefined || item === null || item === undefined) continue;
        decoded[name] = decodeValue(schema.fields[name]!, item, path === "" ? name : `${path}.${name}`);
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
