import type { ImageDeleted } from "#api/types/image.ts";
import { type Digest, shortId } from "#formats/digest/digest.ts";
import {
  familiarReference,
  fullReference,
  parseReference,
  type Reference,
  repositoryName,
  withDefaultTag,
  withDigest,
} from "#formats/reference/reference.ts";
import { collectGarbage } from "./collect-garbage.ts";
import type { ImageDeps } from "./image-deps.ts";
import { deleteConflict, nameInUse } from "./image-errors.ts";
import type { ImageRecord } from "./image-record.ts";
import { publishImageEvent } from "./publish-event.ts";
import { isIdPrefix, parseImageReference, resolveImage } from "./resolve.ts";

export interface RemoveOptions {
  /** Also when several names or a stopped container use it; never when a running one does. */
  readonly force: boolean;
  /** Untagged parents stay. */
  readonly noPrune: boolean;
}

type RemoveDeps = Pick<ImageDeps, "store" | "content" | "storage" | "pins" | "layersInUse" | "users" | "events">;

/**
 * Takes a name away, and the image with its last name (docker's rules: a name given by itself only loses that name, an id
 * means the image). Layers that nothing else stands on go with it. Answers with what was untagged and deleted, in order.
 */
export async function removeImage(
  deps: RemoveDeps,
  ref: string,
  options: RemoveOptions,
): Promise<readonly ImageDeleted[]> {
  // Without an await: what was checked is still so when it is written.
  const { records, layers } = removeRecords(deps, ref, options);
  if (layers.length === 0) return records;
  const removed = new Set(await collectGarbage(deps));
  const gone = layers.filter((chainId) => removed.has(chainId));
  return [...records, ...gone.map((chainId) => ({ Deleted: `sha256:${chainId}` }))];
}

interface Removal {
  readonly records: ImageDeleted[];
  /** Chain ids of the deleted images, topmost first. */
  readonly layers: string[];
}

function removeRecords(deps: RemoveDeps, ref: string, { force, noPrune }: RemoveOptions): Removal {
  const image = resolveImage(deps.store, ref);
  const removal: Removal = { records: [], layers: [] };
  const byName = !isIdPrefix(image.id, ref);
  if (byName) {
    untag(deps, image, withDefaultTag(parseImageReference(ref)), { force, ref, removal });
    if (deps.store.namesOf(image.id).length > 0) return removal;
  } else if (isSingleReference(namesOf(deps, image.id))) {
    const conflict = conflictOf(deps, image, { isForced: force, mayHaveNames: true });
    if (conflict) throw conflict.error;
    for (const name of namesOf(deps, image.id)) dropName(deps, image, name, removal);
  }
  deleteImage(deps, image, { force, noPrune, isQuiet: byName, removal });
  return removal;
}

function untag(
  deps: RemoveDeps,
  image: ImageRecord,
  named: Reference,
  { force, ref, removal }: { force: boolean; ref: string; removal: Removal },
): void {
  const [user] = deps.users(image.id);
  if (!force && user && isSingleReference(namesOf(deps, image.id))) throw nameInUse(ref, user.id, image.id);
  const name = named.digest === undefined ? named : withDigest(named, named.digest);
  dropName(deps, image, name, removal);
  if (name.digest !== undefined) return;
  // The digests of a repository go with its last tag.
  const sameRepository = namesOf(deps, image.id).filter((other) => repositoryName(other) === repositoryName(name));
  if (sameRepository.some(({ digest }) => digest === undefined)) return;
  for (const byDigest of sameRepository) dropName(deps, image, byDigest, removal, { isSilent: true });
}

function deleteImage(
  deps: RemoveDeps,
  image: ImageRecord,
  options: { force: boolean; noPrune: boolean; isQuiet: boolean; removal: Removal },
): void {
  const { force, noPrune, isQuiet, removal } = options;
  const conflict = conflictOf(deps, image, { isForced: force, mayHaveNames: false });
  if (conflict) {
    const isDangling = deps.store.namesOf(image.id).length === 0 && childrenOf(deps, image.id).length === 0;
    // The name is gone, which was the wish; that the image stays for its container is no error then.
    if (isQuiet && (!isDangling || conflict.isUsed)) return;
    throw conflict.error;
  }
  const children = childrenOf(deps, image.id);
  deps.store.transaction(() => {
    for (const name of namesOf(deps, image.id)) {
      deps.store.removeName(fullReference(name));
      removal.records.push({ Untagged: familiarReference(name) });
    }
    for (const { parent: _, ...orphan } of children) deps.store.save(orphan);
    deps.store.remove(image.id);
  });
  deps.events.publish({ type: "image", action: "delete", id: image.id, attributes: { name: image.id } });
  removal.records.push({ Deleted: image.id });
  removal.layers.push(...[...image.layers].reverse());
  const parent = image.parent && deps.store.get(image.parent);
  if (!parent || noPrune) return;
  deleteImage(deps, parent, { force: false, noPrune, isQuiet: true, removal });
}

function dropName(
  deps: RemoveDeps,
  image: ImageRecord,
  name: Reference,
  { records }: Removal,
  { isSilent = false } = {},
): void {
  deps.store.removeName(fullReference(name));
  records.push({ Untagged: familiarReference(name) });
  if (!isSilent) publishImageEvent(deps, "untag", image);
}

interface Conflict {
  readonly error: Error;
  /** A container is the reason. */
  readonly isUsed: boolean;
}

/** What speaks against deleting: first what no force overcomes, then the rest. */
function conflictOf(
  deps: RemoveDeps,
  image: ImageRecord,
  { isForced, mayHaveNames }: { isForced: boolean; mayHaveNames: boolean },
): Conflict | undefined {
  const { id } = image;
  if (childrenOf(deps, id).length > 0)
    return { error: deleteConflict(id, false, "image has dependent child images"), isUsed: false };
  const users = deps.users(id);
  const running = users.find((user) => user.running);
  if (running) {
    const reason = `image is being used by running container ${shortId(running.id)}`;
    return { error: deleteConflict(id, false, reason), isUsed: true };
  }
  if (isForced) return undefined;
  if (!mayHaveNames && deps.store.namesOf(id).length > 0)
    return { error: deleteConflict(id, true, "image is referenced in multiple repositories"), isUsed: false };
  const [stopped] = users;
  if (!stopped) return undefined;
  const reason = `image is being used by stopped container ${shortId(stopped.id)}`;
  return { error: deleteConflict(id, true, reason), isUsed: true };
}

/** One tag at most, and digests only of the same repository: then an id says as clearly what is meant. */
function isSingleReference(names: readonly Reference[]): boolean {
  if (names.length <= 1) return true;
  const tags = names.filter(({ digest }) => digest === undefined);
  if (tags.length > 1) return false;
  const repositories = new Set(names.map(repositoryName));
  return repositories.size === 1;
}

const namesOf = ({ store }: RemoveDeps, id: Digest): readonly Reference[] => store.namesOf(id).map(parseReference);

const childrenOf = ({ store }: RemoveDeps, id: Digest): readonly ImageRecord[] =>
  store.all().filter(({ parent }) => parent === id);
