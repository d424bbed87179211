/** A parsed template. `at` is the offset in the source that Go names in an error. */
export type Node =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "output"; readonly pipeline: Pipeline }
  | {
      readonly kind: "if" | "with";
      readonly pipeline: Pipeline;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | {
      readonly kind: "range";
      readonly pipeline: Pipeline;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | { readonly kind: "template"; readonly name: string; readonly pipeline: Pipeline | undefined; readonly at: number }
  | { readonly kind: "break" | "continue" };

export interface Pipeline {
  readonly variables: readonly string[];
  /** `:=` makes the variables, `=` changes them. */
  readonly declares: boolean;
  readonly commands: readonly Command[];
}
export type Command = readonly Operand[];

export type Operand =
  | { readonly kind: "dot"; readonly at: number }
  | { readonly kind: "nil"; readonly at: number }
  | { readonly kind: "literal"; readonly value: string | number | boolean; readonly at: number }
  | { readonly kind: "function"; readonly name: string; readonly at: number }
  | { readonly kind: "chain"; readonly base: Operand; readonly fields: readonly string[]; readonly at: number }
  | { readonly kind: "variable"; readonly name: string; readonly at: number }
  | { readonly kind: "pipeline"; readonly pipeline: Pipeline; readonly at: number };

export interface ParsedTemplate {
  readonly body: readonly Node[];
  readonly definitions: ReadonlyMap<string, readonly Node[]>;
}
