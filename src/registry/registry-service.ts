import type { Digest } from "#formats/digest/digest.ts";
import type { Descriptor } from "#formats/manifest/manifest.ts";
import type { Reference } from "#formats/reference/reference.ts";

/**
 * The registry service: what the engine asks of registries. It knows servers, mirrors, certificates and tokens, and keeps
 * nothing on disk. A pull opens a repository once and asks it for one manifest after the other and for blobs; whichever of
 * the possible servers answered first is kept for the rest. Every failure is a RegistryError, except that an abort rejects
 * with the signal's reason.
 */
export interface RegistryService {
  /** Nothing is sent yet. Tag and digest of the reference are not looked at. */
  open(reference: Reference, credentials: Credentials | undefined): RegistryRepository;
  /** Asks a server (`registry.example.com:5000`, empty for docker's own) whether it accepts the credentials. */
  checkLogin(
    server: string,
    credentials: Credentials,
    signal: AbortSignal,
  ): Promise<{ readonly identityToken: string }>;
}

export interface RegistryRepository {
  /** The digest that a tag points at, when the registry tells it without sending the manifest. */
  resolve(tag: string, signal: AbortSignal): Promise<Digest | undefined>;
  /** A manifest by tag or digest; asked for by digest, its bytes are verified. */
  manifest(tagOrDigest: string, signal: AbortSignal): Promise<FetchedManifest>;
  /**
   * The bytes of a blob, from the start to `size`. A connection that breaks is taken up again where it broke, a few
   * times. The digest is not verified here: the receiver hashes what it stores.
   */
  blob(descriptor: Descriptor, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** All tags, in the registry's order. */
  tags(signal: AbortSignal): Promise<readonly string[]>;
}

export interface FetchedManifest {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  /** As the registry said. */
  readonly contentType: string;
}

/** As clients send them; empty texts for what is not there. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** Got from a login, used in place of the password to get tokens. */
  readonly identityToken: string;
  /** A bearer token to be sent as it is. */
  readonly registryToken: string;
}

/**
 * "denied" is also what registries say for a repository that does not exist; "no-credentials": they ask for a login;
 * "corrupt": what came is not what was asked for; "unreachable": no answer at all.
 */
export type RegistryFailure =
  | "denied"
  | "unauthorized"
  | "no-credentials"
  | "manifest-unknown"
  | "name-unknown"
  | "too-many-requests"
  | "unreachable"
  | "corrupt"
  | "misconfigured"
  | "other";

/** The message is worded as docker words it. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly failure: RegistryFailure;

  constructor(failure: RegistryFailure, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.failure = failure;
  }
}
