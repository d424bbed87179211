import { type BigIntStats, closeSync, fstatSync, lstatSync, readdirSync, readlinkSync, readSync } from "node:fs";
import { type TarEntry, type TarType, tarEntry } from "#formats/tar/tar-entry.ts";
import { decodeName } from "#formats/tar/tar-name.ts";
import { encodeTarHeader, tarPadding } from "#formats/tar/tar-writer.ts";
import { openFile, openFlags } from "#platform/linux/open.ts";
import { SyscallError } from "#platform/linux/syscall-error.ts";
import { getXattr, listXattrs } from "#platform/linux/xattr.ts";

const readBytes = 1 << 20;
const opaqueXattr = "trusted.overlay.opaque";

/**
 * Writes a tree as an archive's entries, folders before their content and names in byte order. With `convertWhiteouts` the
 * tree is an overlay's upper folder: devices 0/0 and opaque folders become `.wh.` entries. Sockets are left out; so is
 * what disappears meanwhile, since a running container goes on writing.
 */
export class TreePacker {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #convertWhiteouts: boolean;
  readonly #buffer = Buffer.allocUnsafe(readBytes);
  /** First name of each file that has several. */
  readonly #linked = new Map<string, string>();

  constructor(write: (bytes: Uint8Array) => void, { convertWhiteouts }: { convertWhiteouts: boolean }) {
    this.#write = write;
    this.#convertWhiteouts = convertWhiteouts;
  }

  /** Packs what is at `path` under the name `name`; with an empty name a folder's content only. */
  pack(path: Buffer, name: string): void {
    const stats = lstatSync(path, { bigint: true });
    if (name === "") this.#content(path, name);
    else this.#entry(path, name, stats);
  }

  #entry(path: Buffer, name: string, stats: BigIntStats): void {
    const type = typeOf(stats);
    if (!type) return;
    if (this.#convertWhiteouts && stats.isCharacterDevice() && stats.rdev === 0n) {
      this.#header(tarEntry({ path: withPrefix(name), type: "file", modified: timeOf(stats) }));
      return;
    }
    if (type !== "directory" && stats.nlink > 1n && this.#isLinkToEarlier(name, stats)) return;
    const entry = this.#describe(path, name, type, stats);
    if (type === "file") this.#file(path, entry);
    else this.#header(entry);
    if (type !== "directory") return;
    if (this.#convertWhiteouts && getXattr(path, opaqueXattr)?.[0] === 0x79)
      this.#header(tarEntry({ path: `${name}/.wh..wh..opq`, type: "file", modified: entry.modified }));
    this.#content(path, name);
  }

  #content(path: Buffer, name: string): void {
    const names = readdirSync(path, { encoding: "buffer" }).sort((a, b) => Buffer.compare(a, b));
    for (const child of names) {
      const childPath = Buffer.concat([path, Buffer.from("/"), child]);
      const stats = lstatSync(childPath, { bigint: true, throwIfNoEntry: false });
      const childName = decodeName(child);
      if (stats) this.#entry(childPath, name === "" ? childName : `${name}/${childName}`, stats);
    }
  }

  /** Writes a hard link when the file's content has been written under another name. */
  #isLinkToEarlier(name: string, stats: BigIntStats): boolean {
    const key = `${stats.dev}:${stats.ino}`;
    const first = this.#linked.get(key);
    if (first === undefined) {
      this.#linked.set(key, name);
      return false;
    }
    this.#header({ ...attributesOf(stats), path: name, type: "hardlink", linkTarget: first });
    return true;
  }

  #describe(path: Buffer, name: string, type: TarType, stats: BigIntStats): TarEntry {
    const isDevice = type === "character-device" || type === "block-device";
    return {
      ...attributesOf(stats),
      path: type === "directory" ? `${name}/` : name,
      type,
      sizeBytes: type === "file" ? Number(stats.size) : 0,
      linkTarget: type === "symlink" ? decodeName(readlinkSync(path, { encoding: "buffer" })) : "",
      deviceMajor: isDevice ? majorOf(stats.rdev) : 0,
      deviceMinor: isDevice ? minorOf(stats.rdev) : 0,
      xattrs: xattrsOf(path),
    };
  }

  /** The header promises a size: a file that has shrunk since is filled with zeros, one that has grown is cut. */
  #file(path: Buffer, entry: TarEntry): void {
    const fd = openRegularFile(path);
    if (fd === undefined) return;
    try {
      this.#header(entry);
      let left = entry.sizeBytes;
      while (left > 0) {
        const want = Math.min(left, readBytes);
        const got = readSync(fd, this.#buffer, 0, want, null);
        if (got === 0) this.#buffer.fill(0, 0, want);
        const count = got === 0 ? want : got;
        this.#write(this.#buffer.subarray(0, count));
        left -= count;
      }
      this.#write(tarPadding(entry.sizeBytes));
    } finally {
      closeSync(fd);
    }
  }

  #header(entry: TarEntry): void {
    this.#write(encodeTarHeader(entry));
  }
}

/** Undefined when a running container has put something else there meanwhile. */
function openRegularFile(path: Buffer): number | undefined {
  try {
    // Non-blocking, for a FIFO would wait for its writer.
    const fd = openFile({ path, flags: openFlags.readOnly | openFlags.noFollow | openFlags.nonBlocking });
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
  } catch (error) {
    if (!(error instanceof SyscallError) || !["ENOENT", "ELOOP", "ENXIO"].includes(error.code)) throw error;
  }
  return undefined;
}

function typeOf(stats: BigIntStats): TarType | undefined {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isCharacterDevice()) return "character-device";
  if (stats.isBlockDevice()) return "block-device";
  return stats.isFIFO() ? "fifo" : undefined;
}

function attributesOf(stats: BigIntStats): Omit<TarEntry, "path" | "type"> {
  const { path: _path, type: _type, ...rest } = tarEntry({ path: "", type: "file" });
  const [uid, gid] = [Number(stats.uid), Number(stats.gid)];
  return { ...rest, mode: Number(stats.mode) & 0o7777, uid, gid, modified: timeOf(stats) };
}

function timeOf({ mtimeNs }: BigIntStats): TarEntry["modified"] {
  const nanoseconds = ((mtimeNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return { seconds: Number((mtimeNs - nanoseconds) / 1_000_000_000n), nanoseconds: Number(nanoseconds) };
}

/** File capabilities and what users set; labels of the host's security modules and the overlay's notes stay here. */
function xattrsOf(path: Buffer): ReadonlyMap<string, Uint8Array> {
  const names = listXattrs(path).filter(
    (name) => name === "security.capability" || (name.startsWith("user.") && !name.startsWith("user.overlay.")),
  );
  return new Map(
    names.flatMap((name) => {
      const value = getXattr(path, name);
      return value ? [[name, value] as const] : [];
    }),
  );
}

function withPrefix(name: string): string {
  const slash = name.lastIndexOf("/") + 1;
  return `${name.slice(0, slash)}.wh.${name.slice(slash)}`;
}

const majorOf = (device: bigint) => Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n));
const minorOf = (device: bigint) => Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n));
