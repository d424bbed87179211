/** Implemented by reexec/ (a chrooted child of our binary), wired by the daemon, called by pull, load and import. */
export interface LayerUnpacker {
  /**
   * Inflates a layer and unpacks it below `root`, which the child chroots into first. The caller writes the compressed
   * bytes to `sink` as they arrive and then calls `end`; `done` resolves when the tree is complete.
   */
  unpack(request: UnpackRequest): Unpacking;
}

export interface UnpackRequest {
  /** Absolute path of the staged folder. */
  readonly root: string;
  readonly whiteouts: "overlay" | "delete";
  readonly compression: "none" | "gzip" | "zstd" | "bzip2" | "xz";
  readonly signal: AbortSignal;
}

export interface Unpacking {
  /** Waits while the child is behind. Rejects when the child has failed. */
  write(chunk: Uint8Array): Promise<void>;
  end(): void;
  /** Digest ("sha256:…") and size of the uncompressed archive, and the bytes of the files in it. Rejects on a bad archive. */
  readonly done: Promise<{ readonly diffId: string; readonly archiveBytes: number; readonly contentBytes: number }>;
}
