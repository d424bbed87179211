import { type Operation, operations, swarmResources } from "./operations.ts";
import type { Route } from "./route.ts";
import { tables } from "./tables.ts";

export interface Coverage {
  readonly resource: string;
  readonly operation: Operation;
  readonly state: "built" | "not-built" | "outside-a-swarm";
  /** The route that answers it, when built. */
  readonly route: Route | undefined;
  /** Query parameters of the published API that the route does not read. */
  readonly unread: readonly string[];
}

const shapeOf = (method: string, path: string): string => `${method} ${path.replace(/\{[^}]*\}/g, "{}")}`;

/** For every published operation, whether it is built. */
export function coverage(): readonly Coverage[] {
  const routes = new Map(
    Object.values(tables)
      .flatMap((table) => Object.values(table))
      .map((route) => [shapeOf(route.method, route.path), route]),
  );
  return Object.entries(operations).flatMap(([resource, list]) =>
    list.map((operation): Coverage => {
      const route = routes.get(shapeOf(operation.method, operation.path));
      const read = route?.options.query ?? {};
      const unread = route ? Object.keys(operation.query).filter((name) => !(name in read)) : [];
      const state = route ? "built" : swarmResources.includes(resource) ? "outside-a-swarm" : "not-built";
      return { resource, operation, state, route, unread };
    }),
  );
}
