import { parseReference } from "#formats/reference/reference.ts";
import type { ImageDeps } from "./image-deps.ts";
import type { ResolvedImage } from "./image-service.ts";
import { splitNames } from "./list.ts";
import { resolveImage } from "./resolve.ts";

/** On the path of `docker run`: three reads of the database. */
export function resolveForContainer({ store }: Pick<ImageDeps, "store">, ref: string): ResolvedImage {
  const { id, config, layers } = resolveImage(store, ref);
  return {
    id,
    os: config.os,
    architecture: config.architecture,
    variant: config.variant ?? "",
    config: config.config,
    topLayer: layers.at(-1),
    repoTags: splitNames(store.namesOf(id).map(parseReference)).tags,
  };
}
