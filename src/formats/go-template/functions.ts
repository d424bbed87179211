import { TemplateError } from "./template-error.ts";

/** A function of a template. It may throw; its message is then shown as Go shows it. */
export type TemplateFunction = (...args: readonly unknown[]) => unknown;

const text = (value: unknown) => (typeof value === "string" ? value : printValue(value));

/** docker's functions over Go's own: see `docker ps --format` in docker's documentation. */
export const templateFunctions: Readonly<Record<string, TemplateFunction>> = {
  json: (value) => JSON.stringify(value ?? null),
  join: (list, separator) => (list as readonly unknown[] | null)?.map(text).join(text(separator)) ?? "",
  split: (value, separator) => text(value).split(text(separator)),
  lower: (value) => text(value).toLowerCase(),
  upper: (value) => text(value).toUpperCase(),
  title: (value) =>
    text(value).replaceAll(/(^|\s)(\S)/g, (_, space: string, letter: string) => space + letter.toUpperCase()),
  pad: (value, before, after) =>
    text(value) === "" ? "" : " ".repeat(Number(before)) + text(value) + " ".repeat(Number(after)),
  truncate: (value, length) => Array.from(text(value)).slice(0, Number(length)).join(""),
  println: (...args) => `${args.map(printValue).join(" ")}\n`,
  print: (...args) =>
    args.reduce<string>(
      (all, arg, index) => all + (index > 0 && needsSpace(args[index - 1], arg) ? " " : "") + printValue(arg),
      "",
    ),
  printf: (format, ...args) => printf(text(format), args),
  len: (value) => lengthOf(value),
  index: (value, ...keys) => keys.reduce(indexInto, value),
  slice: (value, from, to) =>
    (value as readonly unknown[]).slice(Number(from ?? 0), to === undefined ? undefined : Number(to)),
  html: (value) =>
    text(value)
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&#34;")
      .replaceAll("'", "&#39;"),
  urlquery: (value) => encodeURIComponent(text(value)).replaceAll("%20", "+"),
  js: (value) => JSON.stringify(text(value)).slice(1, -1),
  not: (value) => !isTrue(value),
  eq: (first, ...others) => others.some((other) => equal(first, other)),
  ne: (a, b) => !equal(a, b),
  lt: (a, b) => compare(a, b) < 0,
  le: (a, b) => compare(a, b) <= 0,
  gt: (a, b) => compare(a, b) > 0,
  ge: (a, b) => compare(a, b) >= 0,
};

const variadic: Readonly<Record<string, number>> = { println: 0, print: 0, printf: 1, index: 1, slice: 1, eq: 1 };

/** Go's complaint about the number of arguments; undefined when it fits. Functions of others take any number. */
export function arityComplaint(name: string, work: TemplateFunction, count: number): string | undefined {
  const least = variadic[name];
  if (least !== undefined)
    return count < least ? `wrong number of args for ${name}: want at least ${least} got ${count}` : undefined;
  if (work !== templateFunctions[name] || count === work.length) return undefined;
  return `wrong number of args for ${name}: want ${work.length} got ${count}`;
}

/** `and` and `or` look at their arguments one by one and are the evaluator's own. */
export const lazyFunctions: ReadonlySet<string> = new Set(["and", "or"]);

const needsSpace = (a: unknown, b: unknown) => typeof a !== "string" && typeof b !== "string";

/** Go's truth: false, 0, nil and everything empty are false. */
export function isTrue(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === "") return false;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object") return Object.keys(value).length > 0;
  return true;
}

/** A value as Go's `%v` prints it. */
export function printValue(value: unknown): string {
  if (value === undefined || value === null) return "<no value>";
  if (Array.isArray(value)) return `[${value.map(printInner).join(" ")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `map[${entries.map(([key, item]) => `${key}:${printInner(item)}`).join(" ")}]`;
  }
  return `${value as string | number | boolean}`;
}
const printInner = (value: unknown) => (value === undefined || value === null ? "<nil>" : printValue(value));

function lengthOf(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (value === null || value === undefined) return 0;
  if (typeof value === "object") return Object.keys(value).length;
  throw new TemplateError("execute", `len of type ${goKind(value)}`);
}

const goKind = (value: unknown) =>
  typeof value === "number" ? "int" : typeof value === "boolean" ? "bool" : typeof value;

function indexInto(value: unknown, key: unknown): unknown {
  if (value === null || value === undefined) throw new TemplateError("execute", "index of untyped nil");
  if (Array.isArray(value)) {
    if (typeof key !== "number")
      throw new TemplateError("execute", `cannot index slice/array with type ${goKind(key)}`);
    if (key < 0 || key >= value.length) throw new TemplateError("execute", `index out of range: ${key}`);
    return value[key] as unknown;
  }
  if (typeof value === "object")
    return Object.hasOwn(value, text(key)) ? (value as Record<string, unknown>)[text(key)] : "";
  throw new TemplateError("execute", `can't index item of type ${goKind(value)}`);
}

function equal(a: unknown, b: unknown): boolean {
  if (typeof a === "object" || typeof b === "object") return JSON.stringify(a) === JSON.stringify(b);
  if (typeof a !== typeof b) throw new TemplateError("execute", "incompatible types for comparison");
  return a === b;
}

function compare(a: unknown, b: unknown): number {
  if (typeof a !== typeof b) throw new TemplateError("execute", "incompatible types for comparison");
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

/** The verbs that people use in formats: %s %v %q %d %x %t %f %g %%, with flags, width and precision. */
function printf(format: string, args: readonly unknown[]): string {
  let next = 0;
  const filled = format.replaceAll(
    /%([-+ 0#]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g,
    (_, flags: string, width: string | undefined, precision: string | undefined, verb: string) => {
      if (verb === "%") return "%";
      if (next >= args.length) return `%!${verb}(MISSING)`;
      const shown = verbed(verb, args[next++], precision === undefined ? undefined : Number(precision));
      const size = Number(width ?? 0);
      return flags.includes("-") ? shown.padEnd(size) : shown.padStart(size, flags.includes("0") ? "0" : " ");
    },
  );
  if (next >= args.length) return filled;
  return `${filled}%!(EXTRA ${args
    .slice(next)
    .map((arg) => `${goKind(arg)}=${printValue(arg)}`)
    .join(", ")})`;
}

function verbed(verb: string, value: unknown, precision: number | undefined): string {
  switch (verb) {
    case "s":
    case "v":
      return precision === undefined || verb === "v"
        ? printValue(value)
        : Array.from(printValue(value)).slice(0, precision).join("");
    case "q":
      return JSON.stringify(printValue(value));
    case "d":
      return typeof value === "number" ? String(Math.trunc(value)) : `%!d(${goKind(value)}=${printValue(value)})`;
    case "x":
      return typeof value === "number" ? value.toString(16) : Buffer.from(text(value)).toString("hex");
    case "f":
      return Number(value).toFixed(precision ?? 6);
    case "g":
    case "t":
      return printValue(value);
    default:
      return `%!${verb}(${goKind(value)}=${printValue(value)})`;
  }
}
