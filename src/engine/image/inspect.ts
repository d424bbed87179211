import { parseReference } from "#formats/reference/reference.ts";
import type { ImageDeps } from "./image-deps.ts";
import type { ImageRecord } from "./image-record.ts";
import { splitNames } from "./list.ts";
import { resolveImage } from "./resolve.ts";

export interface InspectedImage {
  readonly image: ImageRecord;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly storage: { readonly name: string; readonly data: Readonly<Record<string, string>> | null };
}

/** Everything about one image. */
export function inspectImage({ store, storage }: Pick<ImageDeps, "store" | "storage">, ref: string): InspectedImage {
  const image = resolveImage(store, ref);
  const top = image.layers.at(-1);
  return {
    image,
    ...splitNames(store.namesOf(image.id).map(parseReference)),
    storage: { name: storage.name, data: top === undefined ? null : storage.layerData(top) },
  };
}
