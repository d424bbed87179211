import { lexTemplate, type Piece, type Token } from "./lexer.ts";
import type { Command, Node, Operand, ParsedTemplate, Pipeline } from "./syntax.ts";
import { TemplateError } from "./template-error.ts";

const fail = (what: string): never => {
  throw new TemplateError("parse", what);
};

/** Parses a template. `functions` are the names that may be called. Throws TemplateError. */
export function parseTemplate(source: string, functions: ReadonlySet<string>): ParsedTemplate {
  return new Parser(lexTemplate(source), functions).parse();
}

class Parser {
  readonly #pieces: readonly Piece[];
  readonly #functions: ReadonlySet<string>;
  readonly #definitions = new Map<string, readonly Node[]>();
  #at = 0;
  /** Variables in scope, innermost last. */
  #variables: string[] = ["$"];

  constructor(pieces: readonly Piece[], functions: ReadonlySet<string>) {
    this.#pieces = pieces;
    this.#functions = functions;
  }

  parse(): ParsedTemplate {
    const { nodes, end } = this.#list();
    if (end !== undefined) fail(`unexpected {{${end.word}}}`);
    return { body: nodes, definitions: this.#definitions };
  }

  /** Nodes up to an `end` or `else` of the enclosing block, or the template's end. */
  #list(): { nodes: Node[]; end: { word: string; tokens: TokenStream } | undefined } {
    const nodes: Node[] = [];
    while (this.#at < this.#pieces.length) {
      const piece = this.#pieces[this.#at++]!;
      if (piece.kind === "text") {
        nodes.push(piece);
        continue;
      }
      const tokens = new TokenStream(piece.tokens);
      const word = tokens.peekKeyword();
      if (word === "end" || word === "else") {
        tokens.next();
        return { nodes, end: { word, tokens } };
      }
      const node = this.#action(tokens, word);
      if (node) nodes.push(node);
    }
    return { nodes, end: undefined };
  }

  #action(tokens: TokenStream, word: string | undefined): Node | undefined {
    switch (word) {
      case "if":
      case "with":
      case "range":
        tokens.next();
        return this.#block(word, tokens);
      case "define": {
        tokens.next();
        const name = this.#nameOf(tokens, "define clause");
        this.#definitions.set(name, this.#body("define"));
        return undefined;
      }
      case "block": {
        tokens.next();
        const name = this.#nameOf(tokens, "block clause");
        const pipeline = this.#pipeline(tokens, "block clause");
        this.#definitions.set(name, this.#body("block"));
        return { kind: "template", name, pipeline, at: 0 };
      }
      case "template": {
        tokens.next();
        const at = tokens.peek()?.at ?? 0;
        const name = this.#nameOf(tokens, "template clause");
        const pipeline = tokens.isEmpty ? undefined : this.#pipeline(tokens, "template clause");
        return { kind: "template", name, pipeline, at };
      }
      case "break":
      case "continue":
        return { kind: word };
      default:
        return { kind: "output", pipeline: this.#pipeline(tokens, "command") };
    }
  }

  #nameOf(tokens: TokenStream, context: string): string {
    const token = tokens.next();
    return token?.kind === "string"
      ? token.value
      : fail(`unexpected ${token ? `"${token.text}"` : "end"} in ${context}`);
  }

  #body(context: string): readonly Node[] {
    const { nodes, end } = this.#list();
    if (end?.word !== "end") fail(end ? `unexpected {{else}} in ${context} clause` : "unexpected EOF");
    return nodes;
  }

  #block(kind: "if" | "with" | "range", tokens: TokenStream): Node {
    const scope = this.#variables.length;
    const pipeline = this.#pipeline(tokens, kind);
    const { nodes, end } = this.#list();
    let otherwise: readonly Node[] = [];
    if (!end) fail("unexpected EOF");
    else if (end.word === "else") {
      const chained = end.tokens.peekKeyword();
      if (chained === "if" || chained === "with") {
        end.tokens.next();
        otherwise = [this.#block(chained, end.tokens)];
      } else otherwise = this.#body(kind);
    }
    this.#variables.length = scope;
    return { kind, pipeline, body: nodes, otherwise };
  }

  #pipeline(tokens: TokenStream, context: string): Pipeline {
    const { variables, declares } = this.#declaration(tokens, context === "range");
    if (tokens.isEmpty) fail(`missing value for ${context}`);
    const commands: Command[] = [];
    do commands.push(this.#command(tokens));
    while (tokens.takeOperator("|"));
    if (!tokens.isEmpty && !tokens.atOperator(")")) fail(`unexpected "${tokens.peek()!.text}" in operand`);
    if (declares) this.#variables.push(...variables);
    return { variables, declares, commands };
  }

  #declaration(tokens: TokenStream, isRange: boolean): { variables: string[]; declares: boolean } {
    const names: string[] = [];
    const mark = tokens.mark();
    for (let token = tokens.peek(); token?.kind === "variable"; token = tokens.peek()) {
      names.push(token.text);
      tokens.next();
      if (tokens.takeOperator(":=")) return { variables: names, declares: true };
      if (tokens.takeOperator("=")) return { variables: names, declares: false };
      if (!isRange || !tokens.takeOperator(",")) break;
    }
    tokens.reset(mark);
    return { variables: [], declares: false };
  }

  #command(tokens: TokenStream): Command {
    const operands: Operand[] = [];
    for (;;) {
      const operand = this.#operand(tokens);
      if (!operand) break;
      operands.push(operand);
    }
    if (operands.length === 0) fail("missing value for command");
    return operands;
  }

  #operand(tokens: TokenStream): Operand | undefined {
    const token = tokens.peek();
    if (!token || (token.kind === "operator" && token.text !== "(" && token.text !== ".")) return undefined;
    tokens.next();
    const base = this.#term(token, tokens);
    const fields = token.kind === "field" ? [token.text.slice(1)] : [];
    // Of a chain Go names the place of its second part.
    const second = tokens.peekAdjacent();
    const at = second?.kind === "field" ? second.at : token.at;
    for (let next = second; next?.kind === "field"; next = tokens.peekAdjacent()) {
      fields.push(next.text.slice(1));
      tokens.next();
    }
    return fields.length === 0 ? base : { kind: "chain", base, fields, at };
  }

  #term(token: Token, tokens: TokenStream): Operand {
    const { at } = token;
    switch (token.kind) {
      case "field":
        return { kind: "dot", at };
      case "variable":
        if (!this.#variables.includes(token.text)) fail(`undefined variable "${token.text}"`);
        return { kind: "variable", name: token.text, at };
      case "string":
      case "number":
        return { kind: "literal", value: token.value, at };
      case "identifier":
        return this.#word(token.text, at);
      case "operator": {
        if (token.text === ".") return { kind: "dot", at };
        const pipeline = this.#pipeline(tokens, "parenthesized pipeline");
        if (!tokens.takeOperator(")")) fail("unclosed left paren");
        return { kind: "pipeline", pipeline, at };
      }
      default:
        return fail(`unexpected "${token.text}" in operand`);
    }
  }

  #word(text: string, at: number): Operand {
    if (text === "true" || text === "false") return { kind: "literal", value: text === "true", at };
    if (text === "nil") return { kind: "nil", at };
    if (!this.#functions.has(text)) fail(`function "${text}" not defined`);
    return { kind: "function", name: text, at };
  }
}

const keywords = new Set(["if", "else", "end", "range", "with", "define", "block", "template", "break", "continue"]);

/** Tokens of one action; spaces are skipped but tell whether two tokens touch. */
class TokenStream {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isEmpty(): boolean {
    return this.peek() === undefined;
  }
  mark(): number {
    return this.#at;
  }
  reset(mark: number): void {
    this.#at = mark;
  }
  peek(): Token | undefined {
    while (this.#tokens[this.#at]?.kind === "space") this.#at += 1;
    return this.#tokens[this.#at];
  }
  /** The next token when no space stands before it. */
  peekAdjacent(): Token | undefined {
    return this.#tokens[this.#at];
  }
  next(): Token | undefined {
    const token = this.peek();
    this.#at += 1;
    return token;
  }
  peekKeyword(): string | undefined {
    const token = this.peek();
    return token?.kind === "identifier" && keywords.has(token.text) ? token.text : undefined;
  }
  atOperator(text: string): boolean {
    const token = this.peek();
    return token?.kind === "operator" && token.text === text;
  }
  takeOperator(text: string): boolean {
    if (!this.atOperator(text)) return false;
    this.next();
    return true;
  }
}
