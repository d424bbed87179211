import { imageApi } from "#api/image.ts";
import { atLeast } from "#api/version.ts";
import type { ImageService } from "#engine/image/image-service.ts";
import { booleanFilter, type Filters, parseFilters } from "../filters.ts";
import { registryAuth } from "../registry-auth.ts";
import { reply, replyProgress } from "../reply.ts";
import { type Answer, router } from "../route-table.ts";
import { imageHistoryItem, imageInspect, imageSummary } from "../views/image.ts";

const filterKeys = ["dangling", "label", "reference", "before", "since", "until"];

export function imageRouter(images: ImageService): Answer[] {
  return router(imageApi, {
    list: ({ query, version }) => {
      const filters = imageFilters(parseFilters(query.filters, filterKeys));
      // What `filter` was before there were filters: the name to show.
      const references = query.filter && !atLeast(version, "1.41") ? [query.filter] : filters.references;
      const listed = images.list({
        all: query.all ?? false,
        withSharedSize: atLeast(version, "1.42") && (query["shared-size"] ?? false),
        filters: { ...filters, references },
      });
      return reply(
        200,
        listed.map((image) => imageSummary(image, version)),
      );
    },
    create: ({ query, headers, rawBody }) => {
      const { fromImage = "", fromSrc = "", repo = "", tag = "", message = "", platform = "", changes = [] } = query;
      if (fromSrc === "") {
        const credentials = registryAuth(headers.get("x-registry-auth"));
        const request = { image: fromImage, tag, platform, credentials };
        return replyProgress((report, signal) => images.pull(request, report, signal));
      }
      const request = { from: fromSrc, body: rawBody, repository: repo, tag, message, changes, platform };
      return replyProgress((report, signal) => images.import(request, report, signal));
    },
    inspect: ({ path, version }) => reply(200, imageInspect(images.inspect(path.name), version)),
    history: ({ path }) => reply(200, images.history(path.name).map(imageHistoryItem)),
    tag: ({ path, query }) => {
      const outcome = images.tag(path.name, query.repo ?? "", query.tag ?? "");
      return reply(outcome === "tagged" ? 201 : 200);
    },
    remove: async ({ path, query }) =>
      reply(200, await images.remove(path.name, { force: query.force ?? false, noPrune: query.noprune ?? false })),
  });
}

function imageFilters(filters: Filters) {
  return {
    dangling: booleanFilter(filters, "dangling"),
    labels: filters.get("label"),
    references: filters.get("reference"),
    before: filters.get("before"),
    since: filters.get("since"),
    until: filters.get("until"),
  };
}
