/** What an entry makes. Hard links point at an earlier entry's path. */
export type TarType = "file" | "directory" | "symlink" | "hardlink" | "character-device" | "block-device" | "fifo";

/** Before 1970 the seconds are negative and the nanoseconds (0 to 999,999,999) still count upwards. */
export interface TarTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** An archive's entry without its content. Names are text as tar-name.ts makes it: lossless for any bytes. */
export interface TarEntry {
  /** As stored: it may be absolute, hold `..` or end in a slash. Whoever writes to disk must not trust it. */
  readonly path: string;
  readonly type: TarType;
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly userName: string;
  readonly groupName: string;
  /** Bytes of a file's content when unpacked, holes included; 0 for everything else. */
  readonly sizeBytes: number;
  readonly modified: TarTime;
  /** Target of a symlink, or the path of the entry that a hardlink links to. */
  readonly linkTarget: string;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  /** Extended attributes by name ("security.capability"), raw bytes. */
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

const noXattrs: ReadonlyMap<string, Uint8Array> = new Map();

/** An entry with the usual values for what is left out: mode 0644 (0755 for a directory), root, epoch. */
export function tarEntry(facts: Pick<TarEntry, "path" | "type"> & Partial<TarEntry>): TarEntry {
  return {
    mode: facts.type === "directory" ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    userName: "",
    groupName: "",
    sizeBytes: 0,
    modified: { seconds: 0, nanoseconds: 0 },
    linkTarget: "",
    deviceMajor: 0,
    deviceMinor: 0,
    xattrs: noXattrs,
    ...facts,
  };
}

/** The archive is damaged, cut short, or holds what we do not read. */
export class TarError extends Error {
  override readonly name = "TarError";
}
