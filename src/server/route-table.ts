import type { Route } from "#api/route.ts";
import type { AnyHandler, Handlers } from "./handlers.ts";

/** A route with the handler that answers it. */
export interface Answer {
  readonly route: Route;
  readonly handler: AnyHandler;
}

export interface Match extends Answer {
  readonly path: Readonly<Record<string, string>>;
}

interface Pattern extends Answer {
  readonly expression: RegExp;
  readonly names: readonly string[];
}

/** Pairs a resource's route table with its handlers. */
export function router<Api extends Readonly<Record<string, Route>>>(api: Api, handlers: Handlers<Api>): Answer[] {
  return Object.entries(api).map(([name, route]) => ({
    route,
    // Each handler takes what its own route gives; the table has forgotten which.
    handler: handlers[name as keyof Api] as unknown as AnyHandler,
  }));
}

/** Finds the answer to a method and a path without version. Of two that match, the one added first counts. */
export class RouteTable {
  /** Routes without parameters, by "METHOD /path". */
  readonly #fixed = new Map<string, Answer>();
  /** The others by "METHOD first-part". */
  readonly #patterns = new Map<string, Pattern[]>();
  /** Paths with their parameters' names left out, to see whether an operation is built. */
  readonly #shapes = new Set<string>();

  add(answers: readonly Answer[]): void {
    for (const answer of answers) {
      const { method, path } = answer.route;
      this.#shapes.add(shapeOf(method, path));
      const key = `${method} ${path}`;
      if (!path.includes("{")) {
        if (!this.#fixed.has(key)) this.#fixed.set(key, answer);
        continue;
      }
      const bucket = `${method} ${firstPart(path)}`;
      const patterns = this.#patterns.get(bucket) ?? [];
      patterns.push({ ...answer, ...compile(path) });
      this.#patterns.set(bucket, patterns);
    }
  }

  /** Is there an answer for this operation, whatever its parameters are called? */
  has(method: string, path: string): boolean {
    return this.#shapes.has(shapeOf(method, path));
  }

  find(method: string, path: string): Match | undefined {
    const fixed = this.#fixed.get(`${method} ${path}`);
    if (fixed) return { ...fixed, path: {} };
    for (const pattern of this.#patterns.get(`${method} ${firstPart(path)}`) ?? []) {
      const match = pattern.expression.exec(path);
      if (!match) continue;
      const values: Record<string, string> = {};
      for (let i = 0; i < pattern.names.length; i++) values[pattern.names[i]!] = match[i + 1]!;
      return { route: pattern.route, handler: pattern.handler, path: values };
    }
    return undefined;
  }
}

const firstPart = (path: string): string =>
  path.slice(1, path.indexOf("/", 1) === -1 ? undefined : path.indexOf("/", 1));

const shapeOf = (method: string, path: string): string => `${method} ${path.replace(/\{[^}]*\}/g, "{}")}`;

function compile(path: string): { expression: RegExp; names: string[] } {
  const names: string[] = [];
  const source = path
    .replace(/[.*+?^$()[\]\\]/g, "\\$&")
    .replace(/\{([A-Za-z]+)(\\\.\\\.\\\.)?\}/g, (_, name, rest) => {
      names.push(name);
      return rest ? "(.+)" : "([^/]+)";
    });
  return { expression: new RegExp(`^${source}$`, "s"), names };
}
