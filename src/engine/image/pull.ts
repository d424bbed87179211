import type { ProgressMessage } from "#api/types/image.ts";
import { isDigest } from "#formats/digest/digest.ts";
import { isSamePlatform, platformOf } from "#formats/image-config/image-config.ts";
import { formatPlatform, type Platform } from "#formats/manifest/platform.ts";
import {
  familiarName,
  familiarReference,
  fullReference,
  InvalidReferenceError,
  isNameOnly,
  parseReference,
  type Reference,
  withDigest,
  withTag,
} from "#formats/reference/reference.ts";
import type { Credentials, RegistryRepository } from "#registry/registry-service.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { fetchImage } from "./fetch-image.ts";
import type { ImageDeps } from "./image-deps.ts";
import { nothingToPull, pullError } from "./image-errors.ts";
import type { ImageRecord } from "./image-record.ts";
import { ProgressReporter } from "./progress-reporter.ts";
import { publishImageEvent } from "./publish-event.ts";
import { requestedPlatform } from "./requested-platform.ts";
import { refusing } from "./resolve.ts";

export interface PullRequest {
  readonly image: string;
  /** A tag or a digest; empty: the one in `image`, and when there is none either, all tags of the repository. */
  readonly tag: string;
  readonly platform: string;
  readonly credentials: Credentials | undefined;
}

/**
 * Fetches an image and everything it stands on, and then gives it its names, all in one transaction: before that nothing
 * of it can be seen, after a failure nothing of it is left. Reports docker's records.
 */
export async function pullImage(
  deps: ImageDeps,
  request: PullRequest,
  report: (record: ProgressMessage) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const platform = requestedPlatform(deps, request.platform);
  const reference = pullReference(request.image, request.tag);
  const repository = deps.registry.open(reference, request.credentials);
  const progress = new ProgressReporter(report);
  const images: { readonly image: ImageRecord; readonly isNew: boolean }[] = [];
  try {
    for (const each of await wanted(repository, reference, signal))
      images.push(await pullOne({ deps, repository, platform, progress, signal }, each));
  } catch (error) {
    throw pullError(error, reference);
  }
  const outcome = images.some(({ isNew }) => isNew) ? "Downloaded newer image for" : "Image is up to date for";
  progress.tell({ status: `Status: ${outcome} ${familiarReference(reference)}` });
  const image = isNameOnly(reference) ? undefined : images[0]?.image;
  if (image && request.platform !== "" && !isSamePlatform(platformOf(image.config), platform))
    progress.tell({ status: platformWarning(reference, image, platform) });
  const event = { id: familiarReference(reference), name: familiarName(reference) };
  if (image) publishImageEvent(deps, "pull", image, event);
  else deps.events.publish({ type: "image", action: "pull", id: event.id, attributes: { name: event.name } });
  await progress.sent();
}

function pullReference(image: string, tag: string): Reference {
  if (image === "") throw nothingToPull();
  return refusing(() => {
    // `docker pull -a` of old sent the name with a colon behind it.
    const parsed = parseReference(image.replace(/:$/, ""));
    const reference = tag === "" ? parsed : withTagOrDigest(parsed, tag);
    if (reference.digest !== undefined && !isDigest(reference.digest))
      throw new InvalidReferenceError("unsupported digest algorithm");
    return reference;
  });
}

const withTagOrDigest = (reference: Reference, text: string): Reference =>
  /^[a-z0-9+._-]+:[a-f0-9]{32,}$/i.test(text) ? withDigest(reference, text) : withTag(reference, text);

async function wanted(
  repository: RegistryRepository,
  reference: Reference,
  signal: AbortSignal,
): Promise<readonly Reference[]> {
  if (!isNameOnly(reference)) return [reference];
  return (await repository.tags(signal)).map((tag) => refusing(() => withTag(reference, tag)));
}

interface Pull {
  readonly deps: ImageDeps;
  readonly repository: RegistryRepository;
  readonly platform: Platform;
  readonly progress: ProgressReporter;
  readonly signal: AbortSignal;
}

async function pullOne(pull: Pull, reference: Reference): Promise<{ image: ImageRecord; isNew: boolean }> {
  const { deps, progress } = pull;
  const pinning = deps.pins.open();
  try {
    const { image, digest } = await fetchImage({ ...pull, pinning }, reference);
    const byDigest = fullReference(withDigest(reference, digest));
    const name = reference.digest === undefined ? fullReference(reference) : byDigest;
    const isNew = deps.store.targetOf(name) !== image.id;
    deps.store.transaction(() => {
      deps.store.save(image);
      deps.store.setName(byDigest, image.id);
      deps.store.setName(name, image.id);
    });
    progress.tell({ status: `Digest: ${digest}` });
    pinning[Symbol.dispose]();
    return { image, isNew };
  } catch (error) {
    pinning[Symbol.dispose]();
    await collectGarbage(deps);
    throw error;
  }
}

const platformWarning = (reference: Reference, image: ImageRecord, platform: Platform): string =>
  `WARNING: image with reference ${familiarReference(reference)} was found but its platform (${formatPlatform(platformOf(image.config))}) does not match the specified platform (${formatPlatform(platform)})`;
