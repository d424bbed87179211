/**
 * Reads and rotates what the monitor wrote for a container. Writing is the monitor's: the daemon is not in the path.
 */
export interface LogDriver {
  readonly name: string;
  /** Can `docker logs` read from it? */
  readonly readable: boolean;
  /** Lines in order, also through rotated (compressed) files. With `follow` it goes on until `signal` aborts or `ended()` is true and all is read. */
  read(path: string, options: LogReadOptions): AsyncIterable<LogBatch>;
  /** Renames and compresses when `path` has grown past the bound; `reopen` makes the monitor begin a new file. */
  rotate(path: string, bounds: LogBounds, reopen: () => Promise<void>): Promise<void>;
  remove(path: string): Promise<void>;
}

export interface LogBounds {
  readonly maxSizeBytes: number;
  readonly maxFiles: number;
  readonly compress: boolean;
}

export interface LogReadOptions {
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly since?: Date;
  readonly until?: Date;
  /** Number of last lines, undefined for all. */
  readonly tail?: number;
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** True once the container has ended: following stops at the end of the file. */
  readonly ended: () => boolean;
}

export interface LogLine {
  readonly stream: 1 | 2;
  /** RFC 3339 with nanoseconds, as written. */
  readonly time: string;
  /** With its newline, when there was one. */
  readonly data: Uint8Array;
}
/** Several lines at once, for speed: `logs` of gigabytes must not pay a promise a line. */
export type LogBatch = readonly LogLine[];
