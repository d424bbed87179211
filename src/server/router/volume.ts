import { volumeApi } from "#api/volume.ts";
import type { VolumeRecord } from "#engine/volume/volume-record.ts";
import type { VolumeService } from "#engine/volume/volume-service.ts";
import { booleanFilter, type Filters, parseFilters } from "../filters.ts";
import { reply } from "../reply.ts";
import { type Answer, router } from "../route-table.ts";
import { volumeView } from "../views/volume.ts";

const filterKeys = ["dangling", "driver", "label", "name"];

export function volumeRouter(volumes: VolumeService): Answer[] {
  const view = (record: VolumeRecord) => volumeView(record, volumes.mountpoint(record.name));
  return router(volumeApi, {
    list: ({ query }) => {
      const filters = parseFilters(query.filters, filterKeys);
      const found = volumes.list().filter((record) => passes(volumes, record, filters));
      return reply(200, { Volumes: found.map(view), Warnings: null });
    },
    create: async ({ body }) => {
      const { Name: name = "", Driver: driver = "", DriverOpts: driverOptions = {}, Labels: labels = null } = body;
      await volumes.settled(name);
      return reply(201, view(volumes.create({ name, driver, driverOptions, labels })));
    },
    inspect: ({ path }) => reply(200, view(volumes.get(path.name))),
    remove: async ({ path, query }) => {
      await volumes.remove(path.name, { force: query.force ?? false });
      return reply(204);
    },
  });
}

function passes(volumes: VolumeService, { name, labels }: VolumeRecord, filters: Filters): boolean {
  const any = (key: string, test: (value: string) => boolean) => {
    const values = filters.get(key) ?? [];
    return values.length === 0 || values.some(test);
  };
  const dangling = booleanFilter(filters, "dangling");
  return (
    any("name", (value) => name.includes(value)) &&
    any("driver", (value) => value === "local") &&
    (filters.get("label") ?? []).every((wanted) => {
      const at = wanted.indexOf("=");
      const label = labels?.[at === -1 ? wanted : wanted.slice(0, at)];
      return label !== undefined && (at === -1 || label === wanted.slice(at + 1));
    }) &&
    (dangling === undefined || dangling === (volumes.holders(name).length === 0))
  );
}
