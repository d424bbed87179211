/**
 * The storage driver (once: graph driver) keeps read-only image layers and gives each container a writable root
 * file system over a stack of them.
 *
 * Life of a layer: `stage` → somebody unpacks a tar into `stage.root` → `commit` makes it visible under its chain id, or
 * `discard` drops it. A crash in between leaves only staging folders, which `open` removes. Layers are immutable
 * after commit. Life of a container's file system: `createContainer` → `mount` ⇄ `unmount` (both idempotent) →
 * `removeContainer`. The driver keeps no policy and counts no references: the engine decides what may go.
 * Ids are lower-case hex of 64 digits (a chain id without its algorithm, a container id).
 */
export interface StorageDriver {
  readonly name: string;
  /** Whether `stage` needs its parent committed first (vfs copies it); else layers of one image may be staged side by side. */
  readonly stagesOverParent: boolean;

  /** Makes the folders, removes what a crash left half-made. Called once before anything else. */
  open(): void;
  /** Facts for `info`: name and value. */
  status(): readonly (readonly [string, string])[];

  hasLayer(chainId: string): boolean;
  /**
   * Begins a layer over `parent` (its chain id, undefined for a base layer). For overlay the staged root is an empty folder
   * that takes whiteouts in overlay's form; for vfs it is a copy of the parent, in which whiteouts delete.
   */
  stage(parent: string | undefined): StagedLayer | Promise<StagedLayer>;
  /** Committed layers, for the check at start and garbage collection. */
  layers(): readonly string[];
  /** Removes a committed layer; no layer or container may stand on it. Unknown ids are ignored. */
  removeLayer(chainId: string): Promise<void>;

  /**
   * No fsync and, for overlay, synchronous: it is on the path of `docker run`. vfs copies the layer and answers with a
   * promise. Throws StorageError when `top` is not a committed layer.
   */
  createContainer(id: string, top: string | undefined): void | Promise<void>;
  /** Mounts the container's root file system and returns its absolute path. Synchronous. */
  mount(id: string, options?: { readOnly?: boolean }): string;
  unmount(id: string): void;
  isMounted(id: string): boolean;
  /** Unmounts when needed and deletes; may delete in the background after a rename. Unknown ids are ignored. */
  removeContainer(id: string): Promise<void>;
  containers(): readonly string[];
  /** The folders of a container's file system as `GraphDriver.Data` in inspect shows them (LowerDir, UpperDir, …). */
  containerData(id: string): Readonly<Record<string, string>>;
  layerData(chainId: string): Readonly<Record<string, string>>;
  /** Bytes written by the container, by walking its writable folder. */
  containerSizeBytes(id: string): Promise<number>;
  /** Bytes of the layer's files, counted once per inode. */
  layerSizeBytes(chainId: string): Promise<number>;

  /** Waits for deletions in the background. Containers' mounts stay: they may live on without the daemon. */
  close(): Promise<void>;
}

/** A layer or container that is not there (or is, when it must not be), or a host that cannot do what the driver needs. */
export class StorageError extends Error {
  override readonly name = "StorageError";
}

export interface StagedLayer {
  /** Absolute path of the folder to unpack into. */
  readonly root: string;
  /** How whiteouts of the archive must be written there. */
  readonly whiteouts: "overlay" | "delete";
  /** Durable (syncfs) and then visible by one rename; when another pull has committed the same chain id, ours is dropped. */
  commit(chainId: string): Promise<void>;
  discard(): Promise<void>;
}
