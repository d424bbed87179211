import { compilePattern, type Pattern } from "./automaton.ts";

/** The expression is none, or uses what is not supported. */
export class ExpressionSyntaxError extends Error {
  override readonly name = "ExpressionSyntaxError";
}

/** Go's own bound for `{n}`. */
const mostRepetitions = 1000;
const deepestNesting = 100;

type CharacterTest = (code: number) => boolean;

/**
 * A test for texts that contain an expression of Go's syntax: alternatives, groups, `* + ? {n,m}` with their lazy forms,
 * `.`, classes, `\d \w \s` and their opposites, `^ $ \A \z`. It takes linear time whatever a client sends. Throws
 * ExpressionSyntaxError, PatternTooLargeError.
 */
export function goRegexp(source: string): (text: string) => boolean {
  return compilePattern(new Parser(source).parse());
}

class Parser {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#characters = Array.from(source);
  }

  parse(): Pattern {
    const pattern = this.#choice();
    if (this.#at < this.#characters.length) throw new ExpressionSyntaxError("unexpected )");
    return pattern;
  }

  #choice(): Pattern {
    if (++this.#depth > deepestNesting) throw new ExpressionSyntaxError("expression nests too deeply");
    const parts = [this.#sequence()];
    while (this.#take("|")) parts.push(this.#sequence());
    this.#depth -= 1;
    return parts.length === 1 ? parts[0]! : { kind: "choice", parts };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    for (let next = this.#peek(); next !== undefined && next !== "|" && next !== ")"; next = this.#peek())
      parts.push(this.#repeated());
    return { kind: "sequence", parts };
  }

  #repeated(): Pattern {
    const part = this.#atom();
    const bounds = this.#quantifier();
    if (!bounds) return part;
    // Lazy or not: whether there is a match does not depend on it.
    this.#take("?");
    if (this.#quantifier()) throw new ExpressionSyntaxError("invalid nested repetition operator");
    return { kind: "repeat", part, min: bounds[0], max: bounds[1] };
  }

  #quantifier(): readonly [number, number] | undefined {
    if (this.#take("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.#take("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.#take("?")) return [0, 1];
    const counted = /^\{(\d{1,5})(?:(,)(\d{0,5}))?\}/.exec(this.#characters.slice(this.#at, this.#at + 14).join(""));
    if (!counted) return undefined;
    this.#at += counted[0].length;
    const min = Number(counted[1]);
    const max = counted[2] === undefined ? min : counted[3] === "" ? Number.POSITIVE_INFINITY : Number(counted[3]);
    if (min > mostRepetitions || max < min || (max > mostRepetitions && max !== Number.POSITIVE_INFINITY))
      throw new ExpressionSyntaxError("invalid repeat count");
    return [min, max];
  }

  #atom(): Pattern {
    const character = this.#next();
    if (character === "(") return this.#group();
    if (character === "[") return { kind: "character", test: this.#class() };
    if (character === ".") return { kind: "character", test: (code) => code !== 10 };
    if (character === "^") return { kind: "start" };
    if (character === "$") return { kind: "end" };
    if (character === "\\") return this.#escape();
    if ("*+?".includes(character)) throw new ExpressionSyntaxError("missing argument to repetition operator");
    return { kind: "character", test: is(character) };
  }

  #group(): Pattern {
    if (this.#take("?") && !this.#take(":")) throw new ExpressionSyntaxError("invalid or unsupported Perl syntax");
    const inner = this.#choice();
    if (!this.#take(")")) throw new ExpressionSyntaxError("missing closing )");
    return inner;
  }

  #escape(): Pattern {
    const character = this.#next();
    if (character === "A") return { kind: "start" };
    if (character === "z") return { kind: "end" };
    return { kind: "character", test: classes[character] ?? is(escaped(character)) };
  }

  #class(): CharacterTest {
    const negated = this.#take("^");
    const tests: CharacterTest[] = [];
    do tests.push(this.#classItem());
    while (!this.#take("]"));
    return (code) => tests.some((test) => test(code)) !== negated;
  }

  #classItem(): CharacterTest {
    const low = this.#classCharacter();
    if (typeof low !== "string") return low;
    const isRange = this.#peek() === "-" && this.#characters[this.#at + 1] !== "]";
    if (!isRange) return is(low);
    this.#at += 1;
    const high = this.#classCharacter();
    const [from, to] = [low.codePointAt(0)!, typeof high === "string" ? high.codePointAt(0)! : -1];
    if (to < from) throw new ExpressionSyntaxError("invalid character class range");
    return (code) => code >= from && code <= to;
  }

  #classCharacter(): string | CharacterTest {
    const character = this.#next();
    if (character === "[" && this.#peek() === ":") throw new ExpressionSyntaxError("named classes are not supported");
    if (character !== "\\") return character;
    const name = this.#next();
    return classes[name] ?? escaped(name);
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #next(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw new ExpressionSyntaxError("unexpected end of the expression");
    return character;
  }

  #take(wanted: string): boolean {
    if (this.#peek() !== wanted) return false;
    this.#at += 1;
    return true;
  }
}

const is =
  (character: string): CharacterTest =>
  (code) =>
    code === character.codePointAt(0);

const within =
  (expression: RegExp, wanted: boolean): CharacterTest =>
  (code) =>
    expression.test(String.fromCodePoint(code)) === wanted;

/** Go's are those of ASCII. */
const classes: Readonly<Record<string, CharacterTest>> = Object.assign(Object.create(null), {
  d: within(/[0-9]/, true),
  D: within(/[0-9]/, false),
  w: within(/[0-9A-Za-z_]/, true),
  W: within(/[0-9A-Za-z_]/, false),
  s: within(/[\t\n\f\r ]/, true),
  S: within(/[\t\n\f\r ]/, false),
});

const controls: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  n: "\n",
  t: "\t",
  r: "\r",
  f: "\f",
});

function escaped(character: string): string {
  const control = controls[character];
  if (control !== undefined) return control;
  if (/[0-9A-Za-z]/.test(character)) throw new ExpressionSyntaxError(`invalid escape sequence: \\${character}`);
  return character;
}
