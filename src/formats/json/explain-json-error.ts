/** Why a text is not one JSON value: the words of Go's decoder, or content behind a complete value. */
export type JsonFault =
  | { readonly kind: "empty" }
  | { readonly kind: "trailing" }
  | { readonly kind: "syntax"; readonly message: string };

const maxDepth = 10_000;

/**
 * Explains a text that JSON.parse has refused, as Go's encoding/json does: `invalid character 'x' looking for beginning
 * of value`, `unexpected EOF`. Undefined when there is nothing wrong with it.
 */
export function explainJsonError(text: string): JsonFault | undefined {
  const scanner = new Scanner(text);
  scanner.space();
  if (scanner.atEnd) return { kind: "empty" };
  try {
    scanner.value(0);
  } catch (fault) {
    if (fault instanceof Fault) return { kind: "syntax", message: fault.message };
    throw fault;
  }
  scanner.space();
  return scanner.atEnd ? undefined : { kind: "trailing" };
}

class Fault extends Error {}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  space(): void {
    while (" \t\r\n".includes(this.#text[this.#at] ?? "x")) this.#at++;
  }

  value(depth: number): void {
    if (depth > maxDepth) throw new Fault("exceeded max depth");
    const first = this.#peek();
    if (first === "{") this.#object(depth);
    else if (first === "[") this.#array(depth);
    else if (first === '"') this.#string();
    else if (first === "-" || isDigit(first)) this.#number();
    else if (first === "t") this.#literal("true");
    else if (first === "f") this.#literal("false");
    else if (first === "n") this.#literal("null");
    else this.#refuse("looking for beginning of value");
  }

  #object(depth: number): void {
    this.#at++;
    this.space();
    if (this.#peek() === "}") return this.#skip();
    while (true) {
      if (this.#peek() !== '"') this.#refuse("looking for beginning of object key string");
      this.#string();
      this.space();
      if (this.#peek() !== ":") this.#refuse("after object key");
      this.#at++;
      this.space();
      this.value(depth + 1);
      this.space();
      if (this.#peek() === "}") return this.#skip();
      if (this.#peek() !== ",") this.#refuse("after object key:value pair");
      this.#at++;
      this.space();
    }
  }

  #array(depth: number): void {
    this.#at++;
    this.space();
    if (this.#peek() === "]") return this.#skip();
    while (true) {
      this.value(depth + 1);
      this.space();
      if (this.#peek() === "]") return this.#skip();
      if (this.#peek() !== ",") this.#refuse("after array element");
      this.#at++;
      this.space();
    }
  }

  #string(): void {
    this.#at++;
    while (this.#peek() !== '"') {
      if (this.#peek() < " ") this.#refuse("in string literal");
      if (this.#peek() === "\\") this.#escape();
      else this.#at++;
    }
    this.#at++;
  }

  #escape(): void {
    this.#at++;
    if (this.#peek() !== "u") {
      if (!'bfnrt\\/"'.includes(this.#peek())) this.#refuse("in string escape code");
      return this.#skip();
    }
    this.#at++;
    for (let digit = 0; digit < 4; digit++) {
      if (!/[0-9a-fA-F]/.test(this.#peek())) this.#refuse("in \\u hexadecimal character escape");
      this.#at++;
    }
  }

  #number(): void {
    if (this.#peek() === "-") this.#at++;
    if (!isDigit(this.#peek())) this.#refuse("in numeric literal");
    if (this.#peek() === "0") this.#at++;
    else this.#digits();
    if (this.#text[this.#at] === ".") {
      this.#at++;
      if (!isDigit(this.#peek())) this.#refuse("after decimal point in numeric literal");
      this.#digits();
    }
    if (this.#text[this.#at] === "e" || this.#text[this.#at] === "E") {
      this.#at++;
      if (this.#peek() === "+" || this.#peek() === "-") this.#at++;
      if (!isDigit(this.#peek())) this.#refuse("in exponent of numeric literal");
      this.#digits();
    }
  }

  #digits(): void {
    while (isDigit(this.#text[this.#at] ?? "")) this.#at++;
  }

  #literal(word: string): void {
    for (const letter of word) {
      if (this.#peek() !== letter) this.#refuse(`in literal ${word} (expecting '${letter}')`);
      this.#at++;
    }
  }

  #skip(): void {
    this.#at++;
  }

  #peek(): string {
    if (this.atEnd) throw new Fault("unexpected EOF");
    return this.#text[this.#at]!;
  }

  #refuse(place: string): never {
    throw new Fault(`invalid character ${quotedCharacter(this.#peek())} ${place}`);
  }
}

const isDigit = (character: string): boolean => character >= "0" && character <= "9" && character.length === 1;

/** Go's %q of a byte: quotes change places, the unprintable is escaped. */
function quotedCharacter(character: string): string {
  if (character === "'") return "'\\''";
  if (character === '"') return "'\"'";
  return `'${JSON.stringify(character).slice(1, -1)}'`;
}
