import { EngineError, type ErrorKind, messageOf } from "#base/errors/engine-error.ts";
import { shortId } from "#formats/digest/digest.ts";
import { formatPlatform, type Platform } from "#formats/manifest/platform.ts";
import { familiarName, familiarReference, type Reference, withDefaultTag } from "#formats/reference/reference.ts";
import { RegistryError, type RegistryFailure } from "#registry/registry-service.ts";

/** Every way an image operation fails, in docker's words. */

export const noSuchImage = (ref: string) => new EngineError("not-found", "image.no-such", `No such image: ${ref}`);

export const invalidReference = (cause: Error) =>
  new EngineError("invalid-argument", "image.invalid-reference", cause.message, { cause });

export const invalidPlatform = (cause: Error) =>
  new EngineError("invalid-argument", "image.invalid-platform", cause.message, { cause });

export const invalidChange = (cause: Error) =>
  new EngineError("invalid-argument", "image.invalid-change", cause.message, { cause });

export const invalidPattern = () =>
  new EngineError("invalid-argument", "image.invalid-pattern", "syntax error in pattern");

export const invalidTime = (text: string) =>
  new EngineError(
    "invalid-argument",
    "image.invalid-time",
    `failed to parse value as time or duration: ${JSON.stringify(text)}`,
  );

export const digestNotAllowed = () =>
  new EngineError("invalid-argument", "image.digest-not-allowed", "cannot import digest reference");

export const ambiguousTag = () =>
  new EngineError(
    "invalid-argument",
    "image.ambiguous-tag",
    "refusing to create an ambiguous tag using digest algorithm as name",
  );

export const urlImport = (url: string) =>
  new EngineError(
    "not-implemented",
    "image.url-import",
    `importing from a URL is not supported (${url}): download the archive and import it from the file or from stdin (-)`,
  );

export const nothingToPull = () =>
  new EngineError("invalid-argument", "image.nothing-to-pull", "fromImage or fromSrc must be given");

export const noMatchingPlatform = (platform: Platform) =>
  new EngineError(
    "not-found",
    "image.no-matching-platform",
    `no matching manifest for ${formatPlatform(platform)} in the manifest list entries`,
  );

export const wrongOperatingSystem = (os: string) =>
  new EngineError(
    "not-found",
    "image.wrong-os",
    `cannot download image with operating system ${JSON.stringify(os)} when requesting "linux"`,
  );

export const schema1Refused = (reference: Reference) =>
  new EngineError(
    "invalid-argument",
    "image.schema1",
    `${familiarReference(reference)} is a Docker Image Format v1 or manifest version 2, schema 1 image, which is not supported. Ask its author to publish it in the OCI Format or Docker Image manifest v2, schema 2`,
  );

export const invalidImage = (cause: Error) =>
  new EngineError("invalid-argument", "image.invalid", cause.message, { cause });

/** What was fetched is not what its digest names. */
export const verificationFailed = (what: string, digest: string, cause?: unknown) =>
  new EngineError("internal", "image.verification-failed", `${what} verification failed for digest ${digest}`, {
    cause,
  });

export const layersDoNotMatch = () =>
  new EngineError("internal", "image.layers-do-not-match", "layers from manifest don't match image configuration");

export const unpackFailed = (cause: unknown) =>
  new EngineError("internal", "image.unpack-failed", `failed to register layer: ${messageOf(cause)}`, { cause });

export const importFailed = (cause: unknown) =>
  new EngineError("internal", "image.import-failed", messageOf(cause), { cause });

export const deleteConflict = (id: string, isForceable: boolean, reason: string) =>
  new EngineError(
    "conflict",
    isForceable ? "image.must-be-forced" : "image.cannot-be-forced",
    `conflict: unable to delete ${shortId(id)} (${isForceable ? "must be forced" : "cannot be forced"}) - ${reason}`,
  );

export const nameInUse = (ref: string, containerId: string, imageId: string) =>
  new EngineError(
    "conflict",
    "image.name-in-use",
    `conflict: unable to remove repository reference ${JSON.stringify(ref)} (must force) - container ${shortId(containerId)} is using its referenced image ${shortId(imageId)}`,
  );

const kinds: Readonly<Record<RegistryFailure, ErrorKind>> = {
  denied: "not-found",
  "manifest-unknown": "not-found",
  "name-unknown": "not-found",
  unauthorized: "unauthorized",
  "no-credentials": "internal",
  "too-many-requests": "unavailable",
  unreachable: "internal",
  corrupt: "internal",
  misconfigured: "invalid-argument",
  other: "internal",
};

/** What a registry refused, as docker tells it for a pull of `reference`. Everything else passes unchanged. */
export function pullError(thrown: unknown, reference: Reference): unknown {
  if (!(thrown instanceof RegistryError)) return thrown;
  const { failure, message } = thrown;
  const wrap = (text: string) => new EngineError(kinds[failure], `registry.${failure}`, text, { cause: thrown });
  switch (failure) {
    case "denied":
      return wrap(
        `pull access denied for ${familiarName(reference)}, repository does not exist or may require 'docker login': ${message}`,
      );
    case "manifest-unknown":
      return wrap(`manifest for ${familiarReference(withDefaultTag(reference))} not found: ${message}`);
    case "name-unknown":
      return wrap(`repository ${familiarName(reference)} not found: ${message}`);
    default:
      return wrap(message);
  }
}

/** A refusal of a login. */
export function loginError(thrown: unknown): unknown {
  if (!(thrown instanceof RegistryError)) return thrown;
  return new EngineError(kinds[thrown.failure], `registry.${thrown.failure}`, thrown.message, { cause: thrown });
}
