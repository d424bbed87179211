import { parseReference } from "#formats/reference/reference.ts";
import { createdSeconds } from "./created-at.ts";
import type { ImageDeps } from "./image-deps.ts";
import type { ImageRecord } from "./image-record.ts";
import { splitNames } from "./list.ts";
import { resolveImage } from "./resolve.ts";

export interface HistoryStep {
  /** The image as it was after the step; undefined when it is not here. */
  readonly imageId: string | undefined;
  readonly createdSeconds: number;
  readonly createdBy: string;
  readonly comment: string;
  readonly sizeBytes: number;
  readonly tags: readonly string[];
}

/** How an image came to be, last step first. */
export function imageHistory(deps: Pick<ImageDeps, "store">, ref: string): readonly HistoryStep[] {
  const image = resolveImage(deps.store, ref);
  const steps: HistoryStep[] = [];
  const { history } = image.config;
  let layer = 0;
  for (const entry of history) {
    const chainId = entry.empty_layer ? undefined : image.layers[layer++];
    steps.push({
      imageId: undefined,
      createdSeconds: createdSeconds(entry),
      createdBy: entry.created_by ?? "",
      comment: entry.comment ?? "",
      sizeBytes: chainId === undefined ? 0 : (deps.store.layer(chainId)?.sizeBytes ?? 0),
      tags: [],
    });
  }
  const known = knownSteps(deps, image);
  return steps.reverse().map((step, i) => ({ ...step, ...known[i] }));
}

/** The image itself and the parents it was built from here, one for each step. */
function knownSteps(
  { store }: Pick<ImageDeps, "store">,
  image: ImageRecord,
): readonly Pick<HistoryStep, "imageId" | "tags">[] {
  const known: Pick<HistoryStep, "imageId" | "tags">[] = [];
  for (let at: ImageRecord | undefined = image; at; at = at.parent && store.get(at.parent))
    known.push({ imageId: at.id, tags: splitNames(store.namesOf(at.id).map(parseReference)).tags });
  return known;
}
