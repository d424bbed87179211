import { fields, type HeaderBlock } from "./header-block.ts";
import { type PaxRecord, parseDecimal, parsePaxTime, paxName } from "./pax-records.ts";
import { paxExtents, readGnuExtents, type SparseExtent } from "./sparse-map.ts";
import { type TarEntry, TarError, type TarTime, type TarType } from "./tar-entry.ts";
import { readTarNumber } from "./tar-number.ts";

const typesByFlag: Readonly<Record<string, TarType>> = {
  "\0": "file",
  "0": "file",
  "1": "hardlink",
  "2": "symlink",
  "3": "character-device",
  "4": "block-device",
  "5": "directory",
  "6": "fifo",
  "7": "file",
  S: "file",
};

/** How a sparse file's map is stored; `extents` is empty while it is still to be read from the content. */
export interface SparseFacts {
  readonly form: "gnu" | "records" | "map-in-content";
  readonly extents: SparseExtent[];
  readonly realSize: number;
}

const xattrPrefix = "SCHILY.xattr.";

/** Gathers what an entry's headers tell, in the order they stand, and then makes the entry. */
export class EntryBuilder {
  records: readonly PaxRecord[] | undefined;
  longName: string | undefined;
  longLinkName: string | undefined;
  sparse: SparseFacts | undefined;
  /** Bytes of content in the archive, a sparse map in front of it included until the reader has taken it. */
  storedBytes = 0;
  #header: HeaderBlock | undefined;
  #records = new Map<string, Buffer>();
  #type: TarType = "file";

  /** True between an extended header and the header that it belongs to. */
  get hasMetadata(): boolean {
    return this.records !== undefined || this.longName !== undefined || this.longLinkName !== undefined;
  }

  setHeader(header: HeaderBlock, block: Buffer, globals: readonly PaxRecord[]): void {
    const records = [...globals, ...(this.records ?? [])];
    this.#header = header;
    this.#records = new Map(records);
    const type = typesByFlag[header.typeFlag];
    if (!type) throw new TarError(`unsupported entry type ${JSON.stringify(header.typeFlag)}`);
    // Before ustar a directory was an ordinary entry whose name ends in a slash.
    const isOldDirectory = (header.typeFlag === "\0" || header.typeFlag === "0") && this.#path().endsWith("/");
    this.#type = isOldDirectory ? "directory" : type;
    // Only files have content: whatever size another type names, as Go reads it.
    this.storedBytes = this.#type === "file" ? (this.#number("size") ?? header.sizeBytes) : 0;
    if (this.#type === "file") this.sparse = this.#sparseFacts(records, header, block);
  }

  build(): TarEntry {
    const header = this.#header!;
    const isLink = this.#type === "symlink" || this.#type === "hardlink";
    const isDevice = this.#type === "character-device" || this.#type === "block-device";
    return {
      path: this.#path(),
      type: this.#type,
      mode: header.mode & 0o7777,
      uid: this.#number("uid") ?? unsigned(header.uid),
      gid: this.#number("gid") ?? unsigned(header.gid),
      userName: this.#name("uname") ?? header.userName,
      groupName: this.#name("gname") ?? header.groupName,
      sizeBytes: this.sparse?.realSize ?? this.storedBytes,
      modified: this.#modified(),
      linkTarget: isLink ? (this.longLinkName ?? this.#name("linkpath") ?? header.linkName) : "",
      deviceMajor: isDevice ? unsigned(header.deviceMajor) : 0,
      deviceMinor: isDevice ? unsigned(header.deviceMinor) : 0,
      xattrs: this.#xattrs(),
    };
  }

  #path(): string {
    return this.longName ?? this.#name("GNU.sparse.name") ?? this.#name("path") ?? this.#header!.path;
  }

  /** An empty value takes the record back, so that the header's own field counts. */
  #value(keyword: string): Buffer | undefined {
    const value = this.#records.get(keyword);
    return value && value.length > 0 ? value : undefined;
  }

  #name(keyword: string): string | undefined {
    const value = this.#value(keyword);
    return value && paxName(value);
  }

  #number(keyword: string): number | undefined {
    const value = this.#value(keyword);
    return value && parseDecimal(value.toString("latin1", 0, value.length));
  }

  #modified(): TarTime {
    const value = this.#value("mtime");
    if (value) return parsePaxTime(value.toString("latin1", 0, value.length));
    return { seconds: this.#header!.mtimeSeconds, nanoseconds: 0 };
  }

  #xattrs(): ReadonlyMap<string, Uint8Array> {
    const xattrs = new Map<string, Uint8Array>();
    for (const [keyword, value] of this.#records)
      if (keyword.startsWith(xattrPrefix)) xattrs.set(keyword.slice(xattrPrefix.length), value);
    return xattrs;
  }

  #sparseFacts(records: readonly PaxRecord[], header: HeaderBlock, block: Buffer): SparseFacts | undefined {
    if (header.typeFlag === "S")
      return {
        form: "gnu",
        extents: readGnuExtents(block, { extension: false }),
        realSize: readTarNumber(block, ...fields.realSize),
      };
    const realSize = this.#number("GNU.sparse.realsize") ?? this.#number("GNU.sparse.size");
    if (this.#number("GNU.sparse.major") === 1 && realSize !== undefined)
      return { form: "map-in-content", extents: [], realSize };
    const extents = realSize === undefined ? undefined : paxExtents(records);
    return extents && realSize !== undefined ? { form: "records", extents, realSize } : undefined;
  }
}

function unsigned(value: number): number {
  if (value < 0) throw new TarError("negative number in the header");
  return value;
}
