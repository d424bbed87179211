import {
  arityComplaint,
  isTrue,
  lazyFunctions,
  printValue,
  type TemplateFunction,
  templateFunctions,
} from "./functions.ts";
import { parseTemplate } from "./parser.ts";
import type { Command, Node, Operand, ParsedTemplate, Pipeline } from "./syntax.ts";
import { TemplateError } from "./template-error.ts";

/**
 * Go's text/template with docker's functions, over JSON-like values. An object's function-valued property is a method:
 * `{{.Label "k"}}` calls it. A property that does not exist is an error, as docker's inspect has it.
 */
export class Template {
  readonly #source: string;
  readonly #options: TemplateOptions;
  readonly #parsed: ParsedTemplate;
  readonly #functions: Readonly<Record<string, TemplateFunction>>;

  /** Throws TemplateError. */
  constructor(source: string, options: TemplateOptions = {}) {
    this.#source = source;
    this.#options = options;
    this.#functions = { ...templateFunctions, ...options.functions };
    try {
      this.#parsed = parseTemplate(source, new Set([...Object.keys(this.#functions), ...lazyFunctions]));
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw new TemplateError("parse", `template: ${options.name ?? ""}:1: ${error.message}`);
    }
  }

  /** Runs the template over `data`. Throws TemplateError. */
  execute(data: unknown): string {
    const failure = (at: number, text: string, why: string) => this.#failure(at, text, why);
    return new Execution({
      template: this.#parsed,
      functions: this.#functions,
      rootType: this.#options.rootType,
      failure,
    }).output(data);
  }

  /** An error that tells where, as Go does: line, bytes before in that line, and the text, cut at twenty characters. */
  #failure(at: number, text: string, why: string): TemplateError {
    const before = this.#source.slice(0, at);
    const line = before.split("\n").length;
    const column = Buffer.byteLength(before.slice(before.lastIndexOf("\n") + 1));
    const { name = "" } = this.#options;
    const shownText = text.length > 20 ? `${text.slice(0, 20)}...` : text;
    return new TemplateError(
      "execute",
      `template: ${name}:${line}:${column}: executing ${JSON.stringify(name)} at <${shownText}>: ${why}`,
    );
  }
}

export interface TemplateOptions {
  /** Added to docker's functions, or in their place. */
  readonly functions?: Readonly<Record<string, TemplateFunction>>;
  /** What errors call the template; empty as in docker's lists. */
  readonly name?: string;
  /** Go's type of the data, for the error about a field that it does not have; without one the data is a map. */
  readonly rootType?: string;
}

interface Run {
  readonly template: ParsedTemplate;
  readonly functions: Readonly<Record<string, TemplateFunction>>;
  readonly rootType: string | undefined;
  readonly failure: (at: number, text: string, why: string) => TemplateError;
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
  readonly #setting: Run;
  #root: unknown;
  #out = "";
  #depth = 0;
  #variables: { name: string; value: unknown }[] = [];

  constructor(setting: Run) {
    this.#setting = setting;
  }

  output(root: unknown): string {
    this.#root = root;
    this.#variables = [{ name: "$", value: root }];
    this.#run(this.#setting.template.body, root);
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
        return this.#include(node, node.pipeline ? this.#pipeline(node.pipeline, dot) : undefined);
      default:
        throw new LoopExit(node.kind);
    }
  }

  #range(node: Extract<Node, { kind: "range" }>, dot: unknown): void {
    const { variables, declares, commands } = node.pipeline;
    const over = this.#pipeline({ variables: [], declares: false, commands }, dot);
    const items = entriesOf(over);
    if (!items) {
      const [operand] = commands[0]!;
      throw this.#setting.failure(operand!.at, shown(operand!), `range can't iterate over ${printValue(over)}`);
    }
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

  #include({ name, at }: Extract<Node, { kind: "template" }>, data: unknown): void {
    const body = this.#setting.template.definitions.get(name);
    const text = `{{template ${JSON.stringify(name)}}}`;
    if (!body) throw this.#setting.failure(at, text, `template ${JSON.stringify(name)} not defined`);
    if (++this.#depth > maxTemplateDepth)
      throw this.#setting.failure(at, text, `exceeded maximum template depth (${maxTemplateDepth})`);
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
      return this.#function(command, first!.name, [...args, ...piped]);
    }
    if (first!.kind === "chain") {
      const args = rest.map((operand) => this.#operand(operand, dot));
      return this.#fields(first!, dot, [...args, ...piped]);
    }
    if (rest.length + piped.length > 0)
      throw this.#setting.failure(first!.at, shown(first!), `can't give argument to non-function ${shown(first!)}`);
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

  #function(command: Command, name: string, args: readonly unknown[]): unknown {
    const work = this.#setting.functions[name]!;
    const [first] = command;
    const complaint = arityComplaint(name, work, args.length);
    if (complaint !== undefined) throw this.#setting.failure(first!.at, name, complaint);
    return this.#call(name, work, args, { at: first!.at, text: command.map(shown).join(" ") });
  }

  #call(name: string, work: TemplateFunction, args: readonly unknown[], where: { at: number; text: string }): unknown {
    try {
      return work(...args);
    } catch (error) {
      throw this.#setting.failure(where.at, where.text, `error calling ${name}: ${(error as Error).message}`);
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
    const fail = (why: string) => this.#setting.failure(chain.at, shown(chain), why);
    const { rootType } = this.#setting;
    if (value === null || value === undefined) throw fail(`nil data; no entry for key ${JSON.stringify(field)}`);
    if (typeof value !== "object" || Array.isArray(value))
      throw fail(`can't evaluate field ${field} in type interface {}`);
    if (!(field in value) || field in Object.prototype)
      throw fail(
        value === this.#root && rootType !== undefined
          ? `can't evaluate field ${field} in type ${rootType}`
          : `map has no entry for key ${JSON.stringify(field)}`,
      );
    const found = (value as Record<string, unknown>)[field];
    if (typeof found === "function")
      return this.#call(field, found.bind(value) as TemplateFunction, args, { at: chain.at, text: shown(chain) });
    if (args.length > 0) throw fail(`${field} is not a method but has arguments`);
    return found;
  }
}

/** Undefined for what no range goes over. */
function entriesOf(value: unknown): (readonly [unknown, unknown])[] | undefined {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map((item, index) => [index, item] as const);
  if (typeof value === "number") return Array.from({ length: value }, (_, index) => [index, index] as const);
  if (typeof value === "object") return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return undefined;
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
