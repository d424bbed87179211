import { networkApi } from "#api/network.ts";
import type { NetworkRecord } from "#engine/network/network-record.ts";
import type { NetworkService } from "#engine/network/network-service.ts";
import { booleanFilter, type Filters, invalidFilterValue, parseFilters } from "../filters.ts";
import { reply } from "../reply.ts";
import { type Answer, router } from "../route-table.ts";
import { networkView } from "../views/network.ts";

const filterKeys = ["dangling", "driver", "id", "label", "name", "scope", "type"];

export function networkRouter(networks: NetworkService): Answer[] {
  return router(networkApi, {
    list: ({ query }) => {
      const filters = parseFilters(query.filters, filterKeys);
      const found = networks.list().filter((network) => passes(networks, network, filters));
      return reply(
        200,
        found.map((network) => networkView(network, [])),
      );
    },
    inspect: ({ path }) => {
      const network = networks.get(path.id);
      return reply(200, networkView(network, networks.containersOf(network.id)));
    },
    remove: ({ path }) => {
      networks.remove(path.id);
      return reply(204);
    },
  });
}

function passes(networks: NetworkService, { id, name, driver }: NetworkRecord, filters: Filters): boolean {
  const any = (key: string, test: (value: string) => boolean) => {
    const values = filters.get(key) ?? [];
    return values.length === 0 || values.some(test);
  };
  for (const type of filters.get("type") ?? [])
    if (type !== "builtin" && type !== "custom") throw invalidFilterValue("type", [type]);
  const dangling = booleanFilter(filters, "dangling");
  return (
    any("driver", (value) => value === driver) &&
    any("id", (value) => id.includes(value)) &&
    any("name", (value) => name.includes(value)) &&
    any("scope", (value) => value === "local") &&
    // All networks there are come with the engine, and none has labels.
    any("type", (value) => value === "builtin") &&
    (filters.get("label") ?? []).length === 0 &&
    (!dangling || networks.containersOf(id).length === 0)
  );
}
