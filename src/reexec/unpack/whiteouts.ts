import { readdirSync, type Stats } from "node:fs";
import { decodeName, encodeName } from "#formats/tar/tar-name.ts";
import { makeNode } from "#platform/linux/make-entry.ts";
import { SyscallError } from "#platform/linux/syscall-error.ts";
import { setXattr } from "#platform/linux/xattr.ts";
import { baseName, parentOf } from "./entry-path.ts";
import { lstatIfThere } from "./lstat-if-there.ts";
import { removeTree } from "./remove-tree.ts";
import { UnpackError } from "./unpack-error.ts";

/** "plain" takes them for ordinary files: what a user copies into a container is no layer. */
export type WhiteoutStyle = "overlay" | "delete" | "plain";

const opaqueXattr = "trusted.overlay.opaque";

const prefix = ".wh.";
const opaqueName = ".wh..wh..opq";

export type Whiteout =
  | { readonly hides: "entry"; readonly path: string }
  | { readonly hides: "content"; readonly directory: string };

/**
 * What an entry's name hides in the layers below: `.wh.NAME` an entry, `.wh..wh..opq` all that its folder held. Other names
 * that begin with `.wh..wh.` are bookkeeping of aufs and "ignored". Undefined for an ordinary entry.
 */
export function readWhiteout(path: string): Whiteout | "ignored" | undefined {
  if (!path.includes(prefix)) return undefined;
  const name = baseName(path);
  const directory = parentOf(path);
  if (name === opaqueName) return { hides: "content", directory };
  if (path.split("/").some((part) => part.startsWith(".wh..wh."))) return "ignored";
  if (!name.startsWith(prefix) || name === prefix) return undefined;
  const hidden = name.slice(prefix.length);
  if (hidden === "." || hidden === "..")
    throw new UnpackError("bad-archive", `invalid archive entry: ${JSON.stringify(path)} is no whiteout`);
  return { hides: "entry", path: directory === "" ? hidden : `${directory}/${hidden}` };
}

/**
 * Whiteouts hide what lies in the layers below, never what the same archive holds, whichever comes first. For overlay
 * they are written down (device 0/0, opaque attribute); "delete" takes away what a copy of the layers below holds.
 */
export class Whiteouts {
  readonly #style: WhiteoutStyle;
  readonly #makeParents: (path: string) => void;
  /** All paths of this archive and the folders above them; only needed to tell them from the copied ones. */
  readonly #unpacked = new Set<string>();

  constructor(style: WhiteoutStyle, makeParents: (path: string) => void) {
    this.#style = style;
    this.#makeParents = makeParents;
  }

  read(path: string): Whiteout | "ignored" | undefined {
    return this.#style === "plain" ? undefined : readWhiteout(path);
  }

  noteUnpacked(path: string): void {
    if (this.#style !== "delete") return;
    for (let at = path; at !== "" && !this.#unpacked.has(at); at = parentOf(at)) this.#unpacked.add(at);
  }

  apply(whiteout: Whiteout): void {
    if (whiteout.hides === "content") this.#hideContent(whiteout.directory);
    else if (this.#style === "delete") this.#deleteCopied(whiteout.path);
    else this.#writeWhiteout(whiteout.path);
  }

  /** A folder that took a whiteout's place still hides the old folder's content. */
  keepHiding(replaced: Stats | undefined, directory: Buffer): void {
    if (this.#style === "overlay" && replaced?.isCharacterDevice() && replaced.rdev === 0)
      setXattr(directory, opaqueXattr, Buffer.from("y"));
  }

  #hideContent(directory: string): void {
    if (this.#style === "delete") {
      this.#deleteContent(directory);
      return;
    }
    this.#makeParents(`${directory}/x`);
    setXattr(directory === "" ? "." : encodeName(directory), opaqueXattr, Buffer.from("y"));
  }

  #writeWhiteout(path: string): void {
    const bytes = encodeName(path);
    const found = lstatIfThere(bytes);
    if (found?.isDirectory()) setXattr(bytes, opaqueXattr, Buffer.from("y"));
    // A file of this archive hides what is below it without help.
    if (found) return;
    try {
      makeNode(bytes, { type: "characterDevice", mode: 0 });
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== "ENOENT") throw error;
      this.#makeParents(path);
      makeNode(bytes, { type: "characterDevice", mode: 0 });
    }
  }

  #deleteCopied(path: string): void {
    if (!this.#unpacked.has(path)) removeTree(encodeName(path));
    else this.#deleteContent(path);
  }

  /** Removes what is in a folder and does not come from this archive. A link to a folder is not followed. */
  #deleteContent(directory: string): void {
    const bytes = directory === "" ? Buffer.from(".") : encodeName(directory);
    if (!lstatIfThere(bytes)?.isDirectory()) return;
    for (const name of readdirSync(bytes, { encoding: "buffer" })) {
      const path = directory === "" ? decodeName(name) : `${directory}/${decodeName(name)}`;
      this.#deleteCopied(path);
    }
  }
}
