import { type Operation, operations, swarmResources } from "#api/operations.ts";
import { route } from "#api/route.ts";
import { EngineError } from "#base/errors/engine-error.ts";
import type { Answer, RouteTable } from "./route-table.ts";

/** Answers for the operations of the API that no router has: each says so by name; those of a swarm as outside one. */
export function unbuiltAnswers(built: RouteTable): Answer[] {
  return Object.entries(operations).flatMap(([resource, list]) =>
    list.filter(({ method, path }) => !built.has(method, path)).map((operation) => answerFor(resource, operation)),
  );
}

function answerFor(resource: string, { method, path, since }: Operation): Answer {
  // Names of images, plugins and distributions hold slashes.
  const pattern = path.replace("{name}", resource === "volume" ? "{name}" : "{name...}");
  const isSwarm = swarmResources.includes(resource);
  return {
    route: route(method, pattern, { since }),
    handler: () => {
      throw isSwarm ? notASwarmManager() : notBuilt(method, path);
    },
  };
}

const notASwarmManager = () =>
  new EngineError(
    "unavailable",
    "api.no-swarm",
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
  );

const notBuilt = (method: string, path: string) =>
  new EngineError("not-implemented", "api.not-built", `${method} ${path} is not supported by this version of wherry`);
