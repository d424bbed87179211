import { ftruncateSync, type Stats, writeSync } from "node:fs";
import { type TarEntry, type TarTime } from "#formats/tar/tar-entry.ts";
import { encodeName } from "#formats/tar/tar-name.ts";
import type { TarConsumer } from "#formats/tar/tar-reader.ts";
import { makeDirectory, makeHardLink, makeNode, makeSymbolicLink } from "#platform/linux/make-entry.ts";
import { closeFile, openFile, openFlags } from "#platform/linux/open.ts";
import {
  changeMode,
  changeModeOf,
  changeOwner,
  changeOwnerOf,
  setTimes,
  setTimesOf,
} from "#platform/linux/set-attributes.ts";
import { SyscallError } from "#platform/linux/syscall-error.ts";
import { setXattr, setXattrOf } from "#platform/linux/xattr.ts";
import { entryPath, parentOf } from "./entry-path.ts";
import { lstatIfThere } from "./lstat-if-there.ts";
import { removeTree } from "./remove-tree.ts";
import { UnpackError } from "./unpack-error.ts";
import { type WhiteoutStyle, Whiteouts } from "./whiteouts.ts";

/**
 * Writes an archive's entries below the current directory, which is the process's root: that, not a check here, keeps
 * paths and links of a hostile archive inside. A later entry replaces an earlier one; only two folders are merged.
 */
export class TreeWriter implements TarConsumer {
  /** Bytes of all files' content, holes included, and of the targets of symbolic links: what docker calls the size. */
  contentBytes = 0;
  readonly #whiteouts: Whiteouts;
  readonly #directoryTimes = new Map<string, TarTime>();
  #entry: TarEntry | undefined;
  #fd = -1;
  #written = 0;

  readonly #refuseTypeChange: boolean;

  /** With `refuseTypeChange` a folder does not replace anything else, nor the reverse: EISDIR, ENOTDIR. */
  constructor(style: WhiteoutStyle, { refuseTypeChange = false }: { refuseTypeChange?: boolean } = {}) {
    this.#refuseTypeChange = refuseTypeChange;
    this.#whiteouts = new Whiteouts(style, (path) => this.#makeParents(path));
  }

  entry(entry: TarEntry): void {
    const path = entryPath(entry.path);
    const whiteout = this.#whiteouts.read(path);
    if (whiteout === "ignored") return;
    if (whiteout) {
      this.#whiteouts.apply(whiteout);
      return;
    }
    this.#whiteouts.noteUnpacked(path);
    if (entry.type === "file") this.#beginFile(path, entry);
    else if (entry.type === "directory") this.#directory(path, entry);
    else this.#special(path, entry);
  }

  data(bytes: Buffer, offset: number): void {
    if (this.#fd < 0) return;
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at, bytes.length - at, offset + at);
    this.#written = offset + bytes.length;
  }

  entryEnd(): void {
    if (this.#fd < 0) return;
    const fd = this.#fd;
    const entry = this.#entry!;
    if (this.#written < entry.sizeBytes) ftruncateSync(fd, entry.sizeBytes);
    // The order matters: a write or a change of owner clears setuid and capabilities, and a write the time.
    changeOwnerOf(fd, entry.uid, entry.gid);
    changeModeOf(fd, entry.mode);
    for (const [name, value] of settable(entry)) tolerant(() => setXattrOf(fd, name, value));
    setTimesOf(fd, entry.modified, entry.modified);
    this.#fd = -1;
    closeFile(fd);
    this.contentBytes += entry.sizeBytes;
  }

  /** Sets the folders' times, which every entry in them had changed. */
  finish(): void {
    for (const [path, time] of this.#directoryTimes) {
      const bytes = diskPath(path);
      if (lstatIfThere(bytes)?.isDirectory()) setTimes(bytes, time, time);
    }
  }

  #beginFile(path: string, entry: TarEntry): void {
    const flags = openFlags.writeOnly | openFlags.create | openFlags.exclusive | openFlags.noFollow;
    const bytes = diskPath(path);
    this.#fd = this.#replacing(path, () => openFile({ path: bytes, flags, mode: 0o600 }));
    this.#entry = entry;
    this.#written = 0;
  }

  #directory(path: string, entry: TarEntry): void {
    const bytes = diskPath(path);
    const before = path === "" ? undefined : this.#makeDirectory(path, bytes);
    changeOwner(bytes, entry.uid, entry.gid);
    changeMode(bytes, entry.mode);
    for (const [name, value] of settable(entry)) tolerant(() => setXattr(bytes, name, value));
    this.#whiteouts.keepHiding(before, bytes);
    this.#directoryTimes.set(path, entry.modified);
  }

  /** Returns what a new folder replaced. */
  #makeDirectory(path: string, bytes: Buffer): Stats | undefined {
    const found = lstatIfThere(bytes);
    if (found?.isDirectory()) return undefined;
    this.#replacing(path, () => makeDirectory(bytes, 0o700));
    return found;
  }

  #special(path: string, entry: TarEntry): void {
    const bytes = diskPath(path);
    this.#replacing(path, () => makeSpecial(bytes, entry));
    // A hard link's attributes are those of the file that it links to, which its own entry has set.
    if (entry.type === "hardlink") return;
    changeOwner(bytes, entry.uid, entry.gid);
    if (entry.type === "symlink") this.contentBytes += encodeName(entry.linkTarget).length;
    else changeMode(bytes, entry.mode);
    for (const [name, value] of settable(entry)) tolerant(() => setXattr(bytes, name, value));
    setTimes(bytes, entry.modified, entry.modified);
  }

  /** Runs `make`; removes what is in its place, makes missing folders above it. */
  #replacing<T>(path: string, make: () => T): T {
    if (path === "") throw new UnpackError("bad-archive", "invalid archive entry: the root is not a directory");
    try {
      return make();
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      if (error.code === "EEXIST") this.#clear(path, error.syscall === "mkdir");
      else if (error.code === "ENOENT" || error.code === "ENOTDIR") this.#makeParents(path);
      else throw error;
      return make();
    }
  }

  #clear(path: string, isForDirectory: boolean): void {
    const bytes = diskPath(path);
    if (this.#refuseTypeChange) {
      const isDirectory = lstatIfThere(bytes)?.isDirectory() ?? false;
      if (isDirectory && !isForDirectory)
        throw new UnpackError("EISDIR", `cannot overwrite directory "/${path}" with non-directory`);
      if (!isDirectory && isForDirectory)
        throw new UnpackError("ENOTDIR", `cannot overwrite non-directory "/${path}" with directory`);
    }
    removeTree(bytes);
  }

  /** Makes the folders above that the archive does not name; they replace files, while a link is kept and followed. */
  #makeParents(path: string): void {
    const parent = parentOf(path);
    if (parent === "") return;
    const bytes = diskPath(parent);
    const found = lstatIfThere(bytes);
    if (found?.isDirectory() || found?.isSymbolicLink()) return;
    if (found) removeTree(bytes);
    else this.#makeParents(parent);
    makeDirectory(bytes, 0o755);
    changeOwner(bytes, 0, 0);
    changeMode(bytes, 0o755);
    this.#whiteouts.keepHiding(found, bytes);
  }
}

function makeSpecial(bytes: Buffer, entry: TarEntry): void {
  const device = { mode: entry.mode & 0o7777, major: entry.deviceMajor, minor: entry.deviceMinor };
  switch (entry.type) {
    case "hardlink":
      return makeHardLink(diskPath(entryPath(entry.linkTarget)), bytes);
    case "symlink":
      return makeSymbolicLink(encodeName(entry.linkTarget), bytes);
    case "fifo":
      return makeNode(bytes, { type: "fifo", mode: entry.mode });
    case "character-device":
      return makeNode(bytes, { type: "characterDevice", ...device });
    default:
      return makeNode(bytes, { type: "blockDevice", ...device });
  }
}

export function diskPath(path: string): Buffer {
  return path === "" ? Buffer.from(".") : encodeName(path);
}

/** No archive may steer the overlay file system: its own attributes (opaque, redirect, metacopy) are left out. */
function settable(entry: TarEntry): [string, Uint8Array][] {
  if (entry.xattrs.size === 0) return [];
  return [...entry.xattrs].filter(([name]) => !/^(trusted|user)\.overlay\./.test(name));
}

/** Attributes that the file system cannot hold are left out, as docker does. */
function tolerant(set: () => void): void {
  try {
    set();
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== "EOPNOTSUPP") throw error;
  }
}
