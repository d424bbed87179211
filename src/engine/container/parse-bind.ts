import { normalize } from "node:path/posix";
import { invalidOption } from "./container-errors.ts";

export interface Bind {
  /** Empty for an anonymous volume. */
  readonly source: string;
  readonly destination: string;
  readonly mode: string;
}

const propagations = ["private", "rprivate", "shared", "rshared", "slave", "rslave"];
const isMode = (text: string) =>
  text.split(",").every((word) => ["ro", "rw", "z", "Z", "copy", "nocopy", ...propagations].includes(word));

/**
 * Reads one of `-v`'s forms: DEST, SOURCE:DEST, SOURCE:DEST:MODE. A source that is no absolute path names a volume. Throws in
 * docker's words.
 */
export function parseBind(text: string): Bind {
  const parts = text.split(":");
  if (parts.length > 3 || parts.some((part) => part === ""))
    throw invalidOption(`invalid volume specification: '${text}'`);
  const [source, destination, mode] = parts.length === 1 ? ["", parts[0]!, ""] : [parts[0]!, parts[1]!, parts[2] ?? ""];
  if (mode !== "" && !isMode(mode)) throw invalidOption(`invalid mode: ${mode}`);
  if (conflicts(mode)) throw invalidOption(`invalid mode: ${mode}`);
  const type = source.startsWith("/") ? "bind" : "volume";
  try {
    return {
      source: type === "bind" ? cleanPath(source) : source,
      destination: cleanDestination(destination, type),
      mode,
    };
  } catch (error) {
    throw invalidOption(`invalid volume specification: '${text}': ${(error as Error).message}`);
  }
}

/** Each kind of option may stand once. */
function conflicts(mode: string): boolean {
  const words = mode === "" ? [] : mode.split(",");
  const count = (kind: readonly string[]) => words.filter((word) => kind.includes(word)).length;
  return [["ro", "rw"], ["z", "Z"], ["copy", "nocopy"], propagations].some((kind) => count(kind) > 1);
}

/** The propagation that a mode names; empty when it names none. */
export const propagationOf = (mode: string): string =>
  mode.split(",").find((word) => propagations.includes(word)) ?? "";

export const isPropagation = (text: string): boolean => propagations.includes(text);

/** An absolute path without `.`, `..`, double and final slashes. */
export const cleanPath = (path: string): string => normalize(path).replace(/(.)\/+$/, "$1");

/** A mount's place in the container. Throws in docker's words when it is not absolute or the root. */
export function cleanDestination(path: string, type: string): string {
  if (!path.startsWith("/"))
    throw invalidOption(
      `invalid mount config for type "${type}": invalid mount path: '${path}' mount path must be absolute`,
    );
  const clean = cleanPath(path);
  if (clean === "/")
    throw invalidOption(`invalid mount config for type "${type}": invalid specification: destination can't be '/'`);
  return clean;
}
