import { checkDigest, DigestError } from "../digest/digest.ts";

/**
 * A name of an image, normalised as docker does: `busybox` is docker.io/library/busybox. Without tag and digest it names a
 * repository. Made by `parseReference` only, so its parts are safe in URLs.
 */
export interface Reference {
  /** "docker.io", "localhost:5000", "[::1]:5000". */
  readonly domain: string;
  /** "library/busybox". */
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Thrown with docker's wording for everything that is no reference. */
export class InvalidReferenceError extends Error {
  override readonly name = "InvalidReferenceError";
}

export const defaultDomain = "docker.io";
const officialPrefix = "library/";
const maxNameLength = 255;
/** Far above any name that can be valid; keeps matching cheap whatever a client sends. */
const maxTextLength = 4096;

const label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const host = `(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const tagPattern = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const digestPattern = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
const wholeReference = new RegExp(
  `^(${host})/(${component}(?:/${component})*)(?::(${tagPattern}))?(?:@(${digestPattern}))?$`,
);
const wholeTag = new RegExp(`^${tagPattern}$`);

/** Parses what a user typed. Throws InvalidReferenceError in docker's words. */
export function parseReference(text: string): Reference {
  if (/^[a-f0-9]{64}$/.test(text))
    throw new InvalidReferenceError(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  if (text.length > maxTextLength) throw new InvalidReferenceError("invalid reference format");
  const { domain, rest } = splitDomain(text);
  const colon = rest.indexOf(":");
  const name = colon === -1 ? rest : rest.slice(0, colon);
  if (name.toLowerCase() !== name)
    throw new InvalidReferenceError(`invalid reference format: repository name (${name}) must be lowercase`);
  const match = wholeReference.exec(`${domain}/${rest}`);
  if (!match) throw new InvalidReferenceError("invalid reference format");
  const [, , path, tag, digest] = match;
  if (path!.length > maxNameLength)
    throw new InvalidReferenceError(`repository name must not be more than ${maxNameLength} characters`);
  if (digest !== undefined) checkReferenceDigest(digest);
  return { domain, path: path!, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** The same repository under a tag. Throws InvalidReferenceError for what is no tag. */
export function withTag({ domain, path }: Reference, tag: string): Reference {
  if (!wholeTag.test(tag)) throw new InvalidReferenceError("invalid tag format");
  return { domain, path, tag };
}

/** The same repository by digest. Throws InvalidReferenceError for what is no digest. */
export function withDigest({ domain, path }: Reference, digest: string): Reference {
  checkReferenceDigest(digest);
  return { domain, path, digest };
}

export const withDefaultTag = (reference: Reference): Reference =>
  isNameOnly(reference) ? { ...reference, tag: "latest" } : reference;

export const isNameOnly = ({ tag, digest }: Reference): boolean => tag === undefined && digest === undefined;

export const repositoryName = ({ domain, path }: Reference): string => `${domain}/${path}`;

/** The whole normalised text: what references are stored and compared by. */
export const fullReference = (reference: Reference): string => repositoryName(reference) + suffix(reference);

/** The repository as users write it: `busybox`, `localhost:5000/team/app`. */
export function familiarName({ domain, path }: Reference): string {
  if (domain !== defaultDomain) return `${domain}/${path}`;
  const official = path.startsWith(officialPrefix) ? path.slice(officialPrefix.length) : path;
  // library/a/b without its prefix would be another repository.
  return official.includes("/") ? path : official;
}

export const familiarReference = (reference: Reference): string => familiarName(reference) + suffix(reference);

const suffix = ({ tag, digest }: Reference): string =>
  (tag === undefined ? "" : `:${tag}`) + (digest === undefined ? "" : `@${digest}`);

/** docker's rule for what before the first slash is a host: it has a dot, a colon or a capital, or is localhost. */
function splitDomain(text: string): { domain: string; rest: string } {
  const slash = text.indexOf("/");
  if (slash === -1) return { domain: defaultDomain, rest: officialPrefix + text };
  const first = text.slice(0, slash);
  const rest = text.slice(slash + 1);
  if (first === "index.docker.io" || first === defaultDomain) return { domain: defaultDomain, rest: official(rest) };
  if (first === "localhost" || /[.:]/.test(first) || first.toLowerCase() !== first) return { domain: first, rest };
  return { domain: defaultDomain, rest: text };
}

const official = (rest: string): string => (rest.includes("/") ? rest : officialPrefix + rest);

function checkReferenceDigest(digest: string): void {
  try {
    checkDigest(digest);
  } catch (error) {
    if (error instanceof DigestError) throw new InvalidReferenceError(error.message);
    throw error;
  }
}
