import {
  familiarReference,
  fullReference,
  parseReference,
  type Reference,
  withDefaultTag,
  withTag,
} from "#formats/reference/reference.ts";
import type { ImageDeps } from "./image-deps.ts";
import { ambiguousTag, digestNotAllowed } from "./image-errors.ts";
import type { ImageRecord } from "./image-record.ts";
import { publishImageEvent } from "./publish-event.ts";
import { refusing, resolveImage } from "./resolve.ts";

type TagDeps = Pick<ImageDeps, "store" | "events" | "now">;

/** Gives an image one more name; the name moves when another image had it. An empty repository asks for nothing. */
export function tagImage(deps: TagDeps, ref: string, repository: string, tag: string): "tagged" | "nothing-asked" {
  if (repository === "") return "nothing-asked";
  const name = refusing(() => {
    const parsed = parseReference(repository);
    if (parsed.digest !== undefined) throw digestNotAllowed();
    return withDefaultTag(tag === "" ? parsed : withTag(parsed, tag));
  });
  // sha256:abc would be read as the beginning of an id ever after.
  if (fullReference({ domain: name.domain, path: name.path }) === "docker.io/library/sha256") throw ambiguousTag();
  nameImage(deps, resolveImage(deps.store, ref), name);
  return "tagged";
}

/** Points a tag at an image by a user's wish, which docker remembers as the time of the last tag. */
export function nameImage(deps: TagDeps, image: ImageRecord, name: Reference): void {
  deps.store.transaction(() => {
    deps.store.setName(fullReference(name), image.id);
    deps.store.save({ ...image, lastTaggedAt: deps.now().toISOString() });
  });
  publishImageEvent(deps, "tag", image, { name: familiarReference(name) });
}
