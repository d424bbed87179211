import { type Digest } from "#formats/digest/digest.ts";
import { familiarReference, parseReference, type Reference } from "#formats/reference/reference.ts";
import { createdAt } from "./created-at.ts";
import type { ImageDeps } from "./image-deps.ts";
import { invalidTime } from "./image-errors.ts";
import type { ImageRecord } from "./image-record.ts";
import { matchesReference } from "./match-reference.ts";
import { resolveImage } from "./resolve.ts";

export interface ListOptions {
  /** Also the unnamed steps of builds. */
  readonly all: boolean;
  readonly withSharedSize: boolean;
  readonly filters: ImageFilters;
}

/** What to show; several values of `labels` must all hold, of `references` one. */
export interface ImageFilters {
  readonly dangling?: boolean | undefined;
  /** "key" or "key=value". */
  readonly labels?: readonly string[] | undefined;
  readonly references?: readonly string[] | undefined;
  /** Images; shown is what was made before, or after, all of them. */
  readonly before?: readonly string[] | undefined;
  readonly since?: readonly string[] | undefined;
  /** A time, or a duration before now. */
  readonly until?: readonly string[] | undefined;
}

export interface ListedImage {
  readonly image: ImageRecord;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly containers: number;
  /** Bytes of layers that other images stand on as well; -1 when it was not asked for. */
  readonly sharedSizeBytes: number;
}

/** The images, newest first, with the names that the filters leave. */
export function listImages(
  deps: Pick<ImageDeps, "store" | "users" | "now">,
  { all, withSharedSize, filters }: ListOptions,
): readonly ListedImage[] {
  const records = deps.store.all();
  const names = namesByImage(deps);
  const parents = new Set(records.map(({ parent }) => parent));
  const isWanted = recordFilter(deps, filters);
  const sharedBytes = withSharedSize ? sharedSizes(deps, records) : undefined;
  const listed: ListedImage[] = [];
  for (const image of records) {
    const own = names.get(image.id) ?? [];
    const isDangling = own.length === 0 && !parents.has(image.id);
    if (own.length === 0 && !isDangling && !all) continue;
    if (filters.dangling !== undefined && filters.dangling !== isDangling) continue;
    if (!isWanted(image)) continue;
    const shown = filters.references ? own.filter((name) => matchesAny(filters.references!, name)) : own;
    if (filters.references && shown.length === 0) continue;
    listed.push({
      image,
      ...splitNames(shown),
      containers: deps.users(image.id).length,
      sharedSizeBytes: sharedBytes?.get(image.id) ?? -1,
    });
  }
  return listed.sort((left, right) => (createdAt(right.image.config) ?? 0) - (createdAt(left.image.config) ?? 0));
}

/** Familiar names, tags apart from digests. */
export function splitNames(names: readonly Reference[]): Pick<ListedImage, "tags" | "digests"> {
  return {
    tags: names.filter(({ digest }) => digest === undefined).map(familiarReference),
    digests: names.filter(({ digest }) => digest !== undefined).map(familiarReference),
  };
}

const matchesAny = (patterns: readonly string[], name: Reference): boolean =>
  patterns.some((pattern) => matchesReference(pattern, name));

function namesByImage({ store }: Pick<ImageDeps, "store">): ReadonlyMap<Digest, readonly Reference[]> {
  const names = new Map<Digest, Reference[]>();
  for (const { name, imageId } of store.names()) {
    const own = names.get(imageId) ?? [];
    own.push(parseReference(name));
    names.set(imageId, own);
  }
  return names;
}

/** The part of the filters that looks at the image and not at its names. */
function recordFilter(
  { store, now }: Pick<ImageDeps, "store" | "now">,
  { labels = [], before = [], since = [], until = [] }: ImageFilters,
): (image: ImageRecord) => boolean {
  const dates = (refs: readonly string[]) => refs.map((ref) => createdAt(resolveImage(store, ref).config) ?? 0);
  const latest = Math.min(...dates(before), ...until.map((text) => parseTime(text, now())));
  const earliest = Math.max(...dates(since));
  return ({ config }) => {
    const created = createdAt(config) ?? 0;
    return created < latest && created > earliest && labels.every((label) => hasLabel(config.config.Labels, label));
  };
}

function hasLabel(labels: Readonly<Record<string, string>> | undefined, wanted: string): boolean {
  const equals = wanted.indexOf("=");
  if (equals === -1) return labels !== undefined && Object.hasOwn(labels, wanted);
  return labels?.[wanted.slice(0, equals)] === wanted.slice(equals + 1);
}

const durationUnits: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A Go duration before `now`, seconds since 1970, or a date. In milliseconds. Throws `image.invalid-time`. */
function parseTime(text: string, now: Date): number {
  if (/^(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) {
    let before = 0;
    for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g))
      before += Number(amount) * durationUnits[unit!]!;
    return now.getTime() - before;
  }
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(date)) throw invalidTime(text);
  return date;
}

function sharedSizes(
  { store }: Pick<ImageDeps, "store">,
  records: readonly ImageRecord[],
): ReadonlyMap<Digest, number> {
  const uses = new Map<string, number>();
  for (const { layers } of records) for (const layer of layers) uses.set(layer, (uses.get(layer) ?? 0) + 1);
  const sizes = new Map(store.layers().map(({ chainId, sizeBytes }) => [chainId, sizeBytes]));
  const shared = ({ layers }: ImageRecord) =>
    layers.reduce((sum, layer) => (uses.get(layer)! > 1 ? sum + (sizes.get(layer) ?? 0) : sum), 0);
  return new Map(records.map((image) => [image.id, shared(image)]));
}

/** How `ps` shows the image of a container: its name while that still points there, else the id. */
export function displayName({ store }: Pick<ImageDeps, "store">, ref: string, id: string): string {
  try {
    if (resolveImage(store, ref).id === id) return ref;
  } catch {
    // The name is gone.
  }
  return id || ref;
}
