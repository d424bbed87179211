import { parseGoDuration } from "../units/go-duration.ts";
import { parseBytes } from "../units/size.ts";

/** What a flag holds. `set` throws an Error whose message is the reason only; the set adds the flag's name. */
export interface FlagValue {
  /** A boolean never takes the next argument: `-x` alone means true. */
  readonly isBoolean: boolean;
  set(text: string): void;
  /** The present value as usage texts and errors show it. */
  text(): string;
}

export type FlagType = "boolean" | "string" | "integer" | "list" | "map" | "bytes" | "duration" | "decimal";

/** The TypeScript value of each type: bytes are numbers, durations nanoseconds, decimals billionths. */
export interface FlagTypes {
  boolean: boolean;
  string: string;
  integer: number;
  list: readonly string[];
  map: Readonly<Record<string, string>>;
  bytes: number;
  duration: number;
  decimal: number;
}

/** A value of one of the known types, with what was given so far; `value` is undefined until set or defaulted. */
export class TypedValue<T extends FlagType = FlagType> implements FlagValue {
  readonly type: T;
  value: FlagTypes[T] | undefined;
  /** Lists and maps replace their default at the first `set` and grow from then on. */
  #given = false;

  constructor(type: T, initial?: FlagTypes[T]) {
    this.type = type;
    this.value = initial;
  }

  get isBoolean(): boolean {
    return this.type === "boolean";
  }

  set(text: string): void {
    this.value = this.#next(text) as FlagTypes[T];
    this.#given = true;
  }

  text(): string {
    const { value } = this;
    if (this.type === "list") return `[${((value as readonly string[] | undefined) ?? []).join(" ")}]`;
    if (this.type === "map")
      return `map[${Object.entries((value as Record<string, string> | undefined) ?? {})
        .map(([key, item]) => `${key}:${item}`)
        .join(" ")}]`;
    if (value === undefined) return this.type === "boolean" ? "false" : "";
    return `${value as string | number | boolean}`;
  }

  #next(text: string): FlagTypes[FlagType] {
    switch (this.type) {
      case "boolean":
        return parseBoolean(text);
      case "integer":
        return parseInteger(text);
      case "list":
        return [...(this.#given ? (this.value as readonly string[]) : []), text];
      case "map": {
        const [key, ...rest] = text.split("=");
        return { ...(this.#given ? (this.value as Record<string, string>) : {}), [key!]: rest.join("=") };
      }
      case "bytes":
        return parseBytes(text);
      case "duration":
        return parseGoDuration(text);
      case "decimal":
        return parseDecimal(text);
      default:
        return text;
    }
  }
}

const truths = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const lies = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/** Go's strconv.ParseBool. */
function parseBoolean(text: string): boolean {
  if (truths.has(text)) return true;
  if (lies.has(text)) return false;
  throw new Error(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** Go's strconv.ParseInt with base 0: decimal, 0x and leading-zero octal. */
function parseInteger(text: string): number {
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]*|[1-9][0-9]*)$/.exec(text);
  if (!match) throw new Error(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const digits = match[2]!;
  const octal = /^0[oO]?([0-7]+)$/.exec(digits);
  const magnitude = octal ? Number.parseInt(octal[1]!, 8) : Number(digits);
  return match[1] === "-" ? -magnitude : magnitude;
}

/** A count of CPUs with up to nine decimals, in billionths. */
function parseDecimal(text: string): number {
  if (!/^\d*(\.\d+)?$/.test(text) || text === "") throw new Error(`failed to parse ${text} as a rational number`);
  const nanos = Number(text) * 1e9;
  if (Math.abs(nanos - Math.round(nanos)) > 1e-3) throw new Error("value is too precise");
  return Math.round(nanos);
}
