import { isTrue, lazyFunctions, printValue, type TemplateFunction, templateFunctions } from "./functions.ts";
import { parseTemplate } from "./parser.ts";
import type { Node, Operand, ParsedTemplate, Pipeline } from "./syntax.ts";
import { TemplateError } from "./template-error.ts";

/**
 * Go's text/template with docker's functions, over JSON-like values. An object's function-valued property is a method:
 * `{{.Label "k"}}` calls it. A property that does not exist is an error, as docker's inspect has it.
 */
export class Template {
  readonly #parsed: ParsedTemplate;
  readonly #functions: Readonly<Record<string, TemplateFunction>>;

  /** Throws TemplateError. `functions` are added to docker's or replace them. */
  constructor(source: string, functions: Readonly<Record<string, TemplateFunction>> = {}) {
    this.#functions = { ...templateFunctions, ...functions };
    this.#parsed = parseTemplate(source, new Set([...Object.keys(this.#functions), ...lazyFunctions]));
  }

  /** Runs the template over `data`. Throws TemplateError. */
  execute(data: unknown): string {
    const run = new Execution(this.#parsed, this.#functions, data);
    return run.output();
  }
}

/** Thrown to leave a range; never seen outside. */
class LoopExit {
  readonly kind: "break" | "continue";
  constructor(kind: "break" | "continue") {
    this.kind = kind;
  }
}

const maxTemplateDepth = 100;

class Execution {
  readonly #template: ParsedTemplate;
  readonly #functions: Readonly<Record<string, TemplateFunction>>;
  readonly #root: unknown;
  #out = "";
  #depth = 0;
  #variables: { name: string; value: unknown }[];

  constructor(template: ParsedTemplate, functions: Readonly<Record<string, TemplateFunction>>, root: unknown) {
    this.#template = template;
    this.#functions = functions;
    this.#root = root;
    this.#variables = [{ name: "$", value: root }];
  }

  output(): string {
    this.#run(this.#template.body, this.#root);
    return this.#out;
  }

  #run(nodes: readonly Node[], dot: unknown): void {
    for (const node of nodes) this.#runNode(node, dot);
  }

  #runNode(node: Node, dot: unknown): void {
    switch (node.kind) {
      case "text":
        this.#out += node.text;
        return;
      case "output": {
        const value = this.#pipeline(node.pipeline, dot);
        if (node.pipeline.variables.length === 0) this.#out += printValue(value);
        return;
      }
      case "if":
      case "with":
        this.#scoped(() => {
          const value = this.#pipeline(node.pipeline, dot);
          if (isTrue(value)) this.#run(node.body, node.kind === "with" ? value : dot);
          else this.#run(node.otherwise, dot);
        });
        return;
      case "range":
        this.#scoped(() => this.#range(node, dot));
        return;
      case "template":
        return this.#include(node.name, node.pipeline ? this.#pipeline(node.pipeline, dot) : undefined);
      default:
        throw new LoopExit(node.kind);
    }
  }

  #range(node: Extract<Node, { kind: "range" }>, dot: unknown): void {
    const { variables, declares, commands } = node.pipeline;
    const items = entriesOf(this.#pipeline({ variables: [], declares: false, commands }, dot));
    if (items.length === 0) return this.#run(node.otherwise, dot);
    for (const [key, value] of items) {
      const scope = this.#variables.length;
      if (variables.length > 0) {
        if (variables.length > 1) this.#assign(variables[0]!, key, declares);
        this.#assign(variables.at(-1)!, value, declares);
      }
      try {
        this.#run(node.body, value);
      } catch (exit) {
        if (!(exit instanceof LoopExit)) throw exit;
        if (exit.kind === "break") return;
      } finally {
        if (declares) this.#variables.length = scope;
      }
    }
  }

  #include(name: string, data: unknown): void {
    const body = this.#template.definitions.get(name);
    if (!body) throw new TemplateError("execute", `template: :1: template "${name}" not defined`);
    if (++this.#depth > maxTemplateDepth)
      throw new TemplateError("execute", "template: :1: exceeded maximum template depth");
    const outer = this.#variables;
    this.#variables = [{ name: "$", value: data }];
    this.#run(body, data);
    this.#variables = outer;
    this.#depth -= 1;
  }

  #scoped(work: () => void): void {
    const scope = this.#variables.length;
    work();
    this.#variables.length = scope;
  }

  #assign(name: string, value: unknown, declares: boolean): void {
    if (declares) this.#variables.push({ name, value });
    else this.#variables.findLast((variable) => variable.name === name)!.value = value;
  }

  #pipeline({ variables, declares, commands }: Pipeline, dot: unknown): unknown {
    let value: unknown;
    commands.forEach((command, index) => {
      value = this.#command(command, dot, index === 0 ? [] : [value]);
    });
    for (const name of variables) this.#assign(name, value, declares);
    return value;
  }

  /** `piped` is the value from the left of a bar: it becomes the last argument. */
  #command(command: readonly Operand[], dot: unknown, piped: readonly unknown[]): unknown {
    const [first, ...rest] = command;
    if (first!.kind === "function") {
      if (lazyFunctions.has(first!.name)) return this.#lazy(first!.name, rest, dot, piped);
      const args = rest.map((operand) => this.#operand(operand, dot));
      return this.#call(first!.name, this.#functions[first!.name]!, [...args, ...piped]);
    }
    if (first!.kind === "chain") {
      const args = rest.map((operand) => this.#operand(operand, dot));
      return this.#fields(first!, dot, [...args, ...piped]);
    }
    if (rest.length + piped.length > 0)
      throw new TemplateError("execute", `can't give argument to non-function ${shown(first!)}`);
    return this.#operand(first!, dot);
  }

  #lazy(name: string, operands: readonly Operand[], dot: unknown, piped: readonly unknown[]): unknown {
    let value: unknown;
    for (const operand of operands) {
      value = this.#operand(operand, dot);
      if (isTrue(value) === (name === "or")) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  }

  #call(name: string, work: TemplateFunction, args: readonly unknown[]): unknown {
    try {
      return work(...args);
    } catch (error) {
      if (error instanceof TemplateError && error.message.startsWith("template: ")) throw error;
      throw new TemplateError(
        "execute",
        `template: :1:2: executing "" at <${name}>: error calling ${name}: ${(error as Error).message}`,
      );
    }
  }

  #operand(operand: Operand, dot: unknown): unknown {
    switch (operand.kind) {
      case "dot":
        return dot;
      case "nil":
        return undefined;
      case "literal":
        return operand.value;
      case "variable":
        return this.#variables.findLast(({ name }) => name === operand.name)?.value;
      case "pipeline":
        return this.#scopedValue(() => this.#pipeline(operand.pipeline, dot));
      case "chain":
        return this.#fields(operand, dot, []);
      case "function":
        return this.#command([operand], dot, []);
    }
  }

  #scopedValue(work: () => unknown): unknown {
    const scope = this.#variables.length;
    const value = work();
    this.#variables.length = scope;
    return value;
  }

  #fields(chain: Extract<Operand, { kind: "chain" }>, dot: unknown, args: readonly unknown[]): unknown {
    let value = this.#operand(chain.base, dot);
    chain.fields.forEach((field, index) => {
      const isLast = index === chain.fields.length - 1;
      value = this.#field(value, field, chain, isLast ? args : []);
    });
    return value;
  }

  #field(value: unknown, field: string, chain: Operand, args: readonly unknown[]): unknown {
    const where = `template: :1:2: executing "" at <${shown(chain)}>: `;
    if (value === null || value === undefined)
      throw new TemplateError("execute", `${where}nil data; no entry for key "${field}"`);
    if (typeof value !== "object")
      throw new TemplateError(
        "execute",
        `${where}can't evaluate field ${field} in type ${typeof value === "number" ? "float64" : typeof value}`,
      );
    if (!(field in value) || field in Object.prototype)
      throw new TemplateError("execute", `${where}map has no entry for key "${field}"`);
    const found = (value as Record<string, unknown>)[field];
    if (typeof found === "function") return this.#call(field, found.bind(value) as TemplateFunction, args);
    if (args.length > 0) throw new TemplateError("execute", `${where}${field} is not a method but has arguments`);
    return found;
  }
}

function entriesOf(value: unknown): (readonly [unknown, unknown])[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map((item, index) => [index, item] as const);
  if (typeof value === "number") return Array.from({ length: value }, (_, index) => [index, index] as const);
  if (typeof value === "object") return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  throw new TemplateError("execute", `range can't iterate over ${printValue(value)}`);
}

function shown(operand: Operand): string {
  switch (operand.kind) {
    case "chain":
      return `${operand.base.kind === "dot" ? "" : shown(operand.base)}${operand.fields.map((field) => `.${field}`).join("")}`;
    case "dot":
      return ".";
    case "variable":
    case "function":
      return operand.name;
    case "literal":
      return JSON.stringify(operand.value);
    case "nil":
      return "nil";
    case "pipeline":
      return "(…)";
  }
}
