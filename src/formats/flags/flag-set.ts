import type { FlagValue } from "./flag-value.ts";

/** What a set does with a mistake: report it, end the program with 2, or treat it as a bug of ours. */
export type ErrorHandling = "continue" | "exit" | "panic";

/** A named option. A name that begins with "#" is deprecated: it works, warns, and is left out of usage texts. */
export interface Flag {
  readonly names: readonly string[];
  readonly usage: string;
  readonly value: FlagValue;
  /** The default as text, for usage. */
  readonly defaultText: string;
}

export type FlagMistake =
  | { readonly kind: "unknown"; readonly name: string; readonly argument: string; readonly dashes: 1 | 2 }
  | { readonly kind: "needs-argument"; readonly name: string; readonly argument: string }
  | {
      readonly kind: "bad-value";
      readonly flag: Flag;
      readonly name: string;
      readonly text: string;
      readonly why: string;
    }
  | { readonly kind: "bad-syntax"; readonly argument: string };

/** A mistake in the arguments. The message is in the words of the founding article's flag package. */
export class FlagError extends Error {
  override readonly name = "FlagError";
  readonly mistake: FlagMistake;
  constructor(mistake: FlagMistake) {
    super(wordingOf(mistake));
    this.mistake = mistake;
  }
}

function wordingOf(mistake: FlagMistake): string {
  switch (mistake.kind) {
    case "unknown":
      return `flag provided but not defined: ${mistake.dashes === 2 ? "--" : "-"}${mistake.name}`;
    case "needs-argument":
      return `flag needs an argument: ${dashed(mistake.name)}`;
    case "bad-value":
      return mistake.flag.value.isBoolean
        ? `invalid boolean value ${JSON.stringify(mistake.text)} for  ${dashed(mistake.name)}: ${mistake.why}`
        : `invalid value ${JSON.stringify(mistake.text)} for flag ${dashed(mistake.name)}: ${mistake.why}`;
    case "bad-syntax":
      return `bad flag syntax: ${mistake.argument}`;
  }
}

export const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`);
const plain = (name: string) => (name.startsWith("#") ? name.slice(1) : name);

export interface ParseOptions {
  /** Flags may stand between positional arguments; otherwise the first positional ends them. */
  readonly interspersed: boolean;
  /** Take one pair of quotes off a value given with `=`, as the article's package does. */
  readonly unquote: boolean;
}

/**
 * Flags by all their names (`formal`) and those that were given, by the name used (`actual`). One dash and two mean the
 * same for long names; an argument with one dash that is no long name is read as a bundle of single letters.
 */
export class FlagSet {
  readonly name: string;
  readonly errorHandling: ErrorHandling;
  readonly formal = new Map<string, Flag>();
  readonly actual = new Map<string, Flag>();
  /** What is left when the flags are taken out. */
  args: string[] = [];
  readonly #output: (line: string) => void;
  readonly #exit: (code: number) => never;

  constructor(
    name: string,
    errorHandling: ErrorHandling,
    outside: { output: (line: string) => void; exit: (code: number) => never },
  ) {
    this.name = name;
    this.errorHandling = errorHandling;
    this.#output = outside.output;
    this.#exit = outside.exit;
  }

  /** Declares a flag. Two flags of one name are a bug in the program. */
  add(flag: Flag): void {
    for (const name of flag.names.map(plain)) {
      if (this.formal.has(name)) this.#redefined(this.name, name, "panic");
      this.formal.set(name, flag);
    }
  }

  /** Every flag once, in the order of declaration. */
  flags(): Flag[] {
    return [...new Set(this.formal.values())];
  }

  /** True when the flag was given, by whichever of its names. */
  isSet(name: string): boolean {
    const flag = this.formal.get(name);
    return flag !== undefined && [...this.actual.values()].includes(flag);
  }

  /** Adds the flags of other sets to this one; setting one sets the other set's as well. */
  merge(...others: readonly FlagSet[]): Error | undefined {
    for (const other of others) {
      for (const [name, flag] of other.formal) {
        if (this.formal.has(name)) {
          const error = this.#redefined(other.name, name, this.errorHandling);
          if (error) return error;
        }
        const value: FlagValue = {
          isBoolean: flag.value.isBoolean,
          text: () => flag.value.text(),
          set: (text) => {
            flag.value.set(text);
            other.actual.set(name, flag);
          },
        };
        this.formal.set(name, { ...flag, value });
      }
    }
    return undefined;
  }

  #redefined(setName: string, name: string, handling: ErrorHandling): Error {
    const error = new Error(`${setName === "" ? "" : `${setName} `}flag redefined: ${name}`);
    this.#output(error.message);
    return this.#settle(error, handling);
  }

  #settle(error: Error, handling: ErrorHandling): Error {
    if (handling === "exit") this.#exit(2);
    if (handling === "panic") throw error;
    return error;
  }

  /** Takes the flags out of the arguments. The error handling decides what becomes of a FlagError. */
  parse(argv: readonly string[], options: ParseOptions): Error | undefined {
    const rest = [...argv];
    this.args = [];
    try {
      while (rest.length > 0) {
        const argument = rest[0]!;
        if (argument === "--") {
          rest.shift();
          break;
        }
        if (argument.length < 2 || !argument.startsWith("-")) {
          if (!options.interspersed) break;
          this.args.push(rest.shift()!);
          continue;
        }
        rest.shift();
        this.#parseOne(argument, rest, options);
      }
    } catch (error) {
      if (!(error instanceof FlagError)) throw error;
      return this.#settle(error, this.errorHandling);
    }
    this.args.push(...rest);
    return undefined;
  }

  #parseOne(argument: string, rest: string[], { unquote }: ParseOptions): void {
    const dashes = argument.startsWith("--") ? 2 : 1;
    const body = argument.slice(dashes);
    const equals = body.indexOf("=");
    const name = equals === -1 ? body : body.slice(0, equals);
    if (name === "" || name.startsWith("-")) throw new FlagError({ kind: "bad-syntax", argument });
    const given = equals === -1 ? undefined : body.slice(equals + 1);
    const known = this.formal.has(name) && (dashes === 1 || name.length > 1);
    if (known) this.#assign(name, given === undefined ? undefined : unquote ? unquoted(given) : given, rest, argument);
    else if (dashes === 1 && name.length > 1) this.#parseBundle(body, rest, argument);
    else throw new FlagError({ kind: "unknown", name, argument, dashes });
  }

  /** `-itp8080:80`: letters until one takes a value, which is what follows it or else the next argument. */
  #parseBundle(body: string, rest: string[], argument: string): void {
    for (let at = 0; at < body.length; at++) {
      const letter = body[at]!;
      const flag = this.formal.get(letter);
      if (!flag) throw new FlagError({ kind: "unknown", name: letter, argument, dashes: 1 });
      const tail = body.slice(at + 1);
      if (tail.startsWith("=")) return this.#assign(letter, tail.slice(1), rest, argument);
      if (!flag.value.isBoolean) return this.#assign(letter, tail === "" ? undefined : tail, rest, argument);
      this.#assign(letter, undefined, rest, argument);
    }
  }

  #assign(name: string, given: string | undefined, rest: string[], argument: string): void {
    const flag = this.formal.get(name)!;
    const text = given ?? (flag.value.isBoolean ? "true" : rest.shift());
    if (text === undefined) throw new FlagError({ kind: "needs-argument", name, argument });
    try {
      flag.value.set(text);
    } catch (error) {
      throw new FlagError({ kind: "bad-value", flag, name, text, why: (error as Error).message });
    }
    this.actual.set(name, flag);
    this.#warnIfDeprecated(flag, name);
  }

  #warnIfDeprecated(flag: Flag, name: string): void {
    const at = flag.names.indexOf(`#${name}`);
    if (at === -1) return;
    const successor = flag.names.slice(at).find((other) => !other.startsWith("#"));
    const fate = successor ? `replaced by '${dashed(successor)}' soon` : "removed soon";
    this.#output(`Warning: '${dashed(name)}' is deprecated, it will be ${fate}. See usage.`);
  }
}

/** Without its outer pair of quotes, when both are the same. */
function unquoted(text: string): string {
  const quote = text[0];
  const paired = text.length >= 2 && (quote === '"' || quote === "'") && text.endsWith(quote);
  return paired ? text.slice(1, -1) : text;
}
