import { TemplateError } from "./template-error.ts";

export type Token =
  | {
      readonly kind: "field" | "variable" | "identifier" | "char" | "operator";
      readonly text: string;
      readonly at: number;
    }
  | { readonly kind: "string"; readonly value: string; readonly text: string; readonly at: number }
  | { readonly kind: "number"; readonly value: number; readonly text: string; readonly at: number }
  | { readonly kind: "space"; readonly text: string; readonly at: number };

export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "action"; readonly tokens: readonly Token[]; readonly at: number };

/** Splits a template at its `{{…}}`: trim markers applied, comments dropped, actions as tokens. */
export function lexTemplate(source: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trimNext = false;
  while (at < source.length) {
    const open = source.indexOf("{{", at);
    let text = source.slice(at, open === -1 ? undefined : open);
    if (trimNext) text = text.trimStart();
    const trimsBefore = open !== -1 && /^-\s/.test(source.slice(open + 2, open + 4));
    if (trimsBefore) text = text.trimEnd();
    if (text !== "") pieces.push({ kind: "text", text });
    if (open === -1) break;
    const inside = lexAction(source, open + (trimsBefore ? 3 : 2));
    trimNext = inside.trimsAfter;
    if (inside.tokens) pieces.push({ kind: "action", tokens: inside.tokens, at: open + 2 });
    at = inside.end;
  }
  return pieces;
}

interface LexedAction {
  /** Undefined for a comment. */
  readonly tokens: readonly Token[] | undefined;
  readonly trimsAfter: boolean;
  readonly end: number;
}

const patterns: readonly (readonly [Token["kind"], RegExp])[] = [
  ["space", /\s+/y],
  ["string", /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y],
  ["char", /'(?:[^'\\\n]|\\.)+'/y],
  ["number", /[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/y],
  ["field", /\.[\p{L}_][\p{L}\p{N}_]*/uy],
  ["variable", /\$[\p{L}_]?[\p{L}\p{N}_]*/uy],
  ["identifier", /[\p{L}_][\p{L}\p{N}_]*/uy],
  ["operator", /:=|[|(),=.]/y],
];

function lexAction(source: string, from: number): LexedAction {
  const comment = /\s*\/\*[\s\S]*?\*\/(\s-)?\}\}/y;
  comment.lastIndex = from;
  const commented = comment.exec(source);
  if (commented) return { tokens: undefined, trimsAfter: commented[1] !== undefined, end: comment.lastIndex };
  const tokens: Token[] = [];
  let at = from;
  for (;;) {
    const close = /(\s-)?\}\}/y;
    close.lastIndex = at;
    const closed = close.exec(source);
    if (closed) return { tokens, trimsAfter: closed[1] !== undefined, end: close.lastIndex };
    if (at >= source.length) throw new TemplateError("parse", "unclosed action");
    const token = lexToken(source, at);
    tokens.push(token);
    at += token.text.length;
  }
}

function lexToken(source: string, at: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text === undefined) continue;
    if (kind === "string") return { kind, text, value: unquote(text), at };
    if (kind === "char") return { kind: "number", text, value: unquote(`"${text.slice(1, -1)}"`).codePointAt(0)!, at };
    if (kind === "number") return { kind, text, value: Number(text), at };
    return { kind, text, at };
  }
  const bad = source[at]!;
  if (bad === '"') throw new TemplateError("parse", "unterminated quoted string");
  throw new TemplateError("parse", `unexpected ${JSON.stringify(bad)} in command`);
}

const escapes: Record<string, string> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  '"': '"',
  "'": "'",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

function unquote(text: string): string {
  if (text.startsWith("`")) return text.slice(1, -1);
  return text.slice(1, -1).replaceAll(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/g, (_, code: string) => {
    if (code.length > 1) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
    return escapes[code] ?? code;
  });
}
