import { isDigest } from "#formats/digest/digest.ts";
import {
  familiarReference,
  fullReference,
  InvalidReferenceError,
  parseReference,
  type Reference,
  withDefaultTag,
  withDigest,
} from "#formats/reference/reference.ts";
import { invalidReference, noSuchImage } from "./image-errors.ts";
import type { ImageRecord } from "./image-record.ts";
import type { ImageStore } from "./image-store.ts";

/** Parses what a user typed. Throws `image.invalid-reference` in docker's words. */
export function parseImageReference(ref: string): Reference {
  return refusing(() => parseReference(ref));
}

/** Turns the codec's refusal into the engine's. */
export function refusing<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof InvalidReferenceError) throw invalidReference(error);
    throw error;
  }
}

/** The name that is looked up: the digest wins over the tag, no tag means latest. */
export const lookupName = (reference: Reference): string =>
  fullReference(reference.digest === undefined ? withDefaultTag(reference) : withDigest(reference, reference.digest));

/**
 * The image that `ref` means: a whole id, a name, else a unique prefix of an id. Throws `image.no-such` with docker's words,
 * `image.invalid-reference` for what could never be a name.
 */
export function resolveImage(store: ImageStore, ref: string): ImageRecord {
  const wholeId = /^[a-f0-9]{64}$/.test(ref) ? `sha256:${ref}` : ref;
  if (isDigest(wholeId)) {
    const image = store.get(wholeId);
    if (!image) throw noSuchImage(wholeId);
    return image;
  }
  const reference = parseImageReference(ref);
  const id = store.targetOf(lookupName(reference)) ?? uniqueId(store, ref);
  const image = id === undefined ? undefined : store.get(id);
  if (!image) throw noSuchImage(familiarReference(withDefaultTag(reference)));
  return image;
}

/** Whether `ref` names the image by (a part of) its id and not by a name. */
export const isIdPrefix = (id: string, ref: string): boolean =>
  ref !== "" && (id.startsWith(ref) || id.startsWith(`sha256:${ref}`));

function uniqueId(store: ImageStore, ref: string): string | undefined {
  const match = /^(?:sha256:)?([a-f0-9]+)$/.exec(ref);
  const found = match ? store.idsStartingWith(`sha256:${match[1]}`) : [];
  return found.length === 1 ? found[0] : undefined;
}
