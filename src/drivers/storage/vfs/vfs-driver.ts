import type { BigIntStats } from "node:fs";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { lstat } from "node:fs/promises";
import { join, relative } from "node:path";
import { run } from "#platform/process/run.ts";
import { directorySizeBytes } from "../directory-size.ts";
import { LayerFolders } from "../layer-folders.ts";
import { type StagedLayer, type StorageDriver, StorageError } from "../storage-driver.ts";
import { Trash } from "../trash.ts";

/**
 * No file system tricks: each layer and each container is a whole copy (sharing blocks where the file system can). Slow and
 * big, and works everywhere. A container is `containers/ID/` with `root` and the file `top`.
 */
export class VfsDriver implements StorageDriver {
  readonly name = "vfs";
  readonly stagesOverParent = true;
  readonly #root: string;
  readonly #trash: Trash;
  readonly #layers: LayerFolders;

  /** `root` is the driver's own folder, absolute. */
  constructor(root: string) {
    this.#root = root;
    this.#trash = new Trash(join(root, "trash"));
    this.#layers = new LayerFolders(root, this.#trash);
  }

  open(): void {
    mkdirSync(join(this.#root, "containers"), { recursive: true, mode: 0o700 });
    this.#trash.open();
    this.#layers.open();
    // A container without its root was being copied when the daemon died.
    for (const id of this.containers())
      if (!statSync(join(this.#container(id), "root"), { throwIfNoEntry: false }))
        this.#trash.take(this.#container(id));
  }

  status(): readonly (readonly [string, string])[] {
    return [];
  }

  hasLayer(chainId: string): boolean {
    return this.#layers.has(chainId);
  }

  async stage(parent: string | undefined): Promise<StagedLayer> {
    if (parent !== undefined && !this.hasLayer(parent)) throw new StorageError(`no such layer: ${parent}`);
    const { folder, diff } = this.#layers.stage();
    if (parent !== undefined) await copyTree(this.#layers.diff(parent), diff);
    return {
      root: diff,
      whiteouts: "delete",
      commit: (chainId) => this.#layers.commit(folder, chainId, parent),
      discard: async () => this.#layers.discard(folder),
    };
  }

  layers(): readonly string[] {
    return this.#layers.list();
  }

  async removeLayer(chainId: string): Promise<void> {
    this.#layers.remove(chainId);
  }

  async createContainer(id: string, top: string | undefined): Promise<void> {
    if (top !== undefined && !this.hasLayer(top)) throw new StorageError(`no such layer: ${top}`);
    const folder = this.#container(id);
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(join(folder, "top"), top ?? "");
    const copy = join(folder, "copy");
    mkdirSync(copy, { mode: 0o755 });
    if (top !== undefined) await copyTree(this.#layers.diff(top), copy);
    // `/` is open to every user, whatever the image's own root says, as with docker.
    chownSync(copy, 0, 0);
    chmodSync(copy, 0o755);
    renameSync(copy, join(folder, "root"));
  }

  /** Nothing is mounted; `readOnly` is the runtime's business. */
  mount(id: string): string {
    const root = join(this.#container(id), "root");
    if (!statSync(root, { throwIfNoEntry: false })) throw new StorageError(`no such container: ${id}`);
    return root;
  }

  unmount(): void {}

  isMounted(): boolean {
    return false;
  }

  async removeContainer(id: string): Promise<void> {
    this.#trash.take(this.#container(id));
  }

  containers(): readonly string[] {
    return readdirSync(join(this.#root, "containers"));
  }

  containerData(): Readonly<Record<string, string>> {
    return {};
  }

  layerData(): Readonly<Record<string, string>> {
    return {};
  }

  /** Files that differ from the layer's in what lstat(2) tells. */
  async containerSizeBytes(id: string): Promise<number> {
    const root = this.mount(id);
    const top = readFileSync(join(this.#container(id), "top"), "utf8");
    if (top === "") return directorySizeBytes(root);
    const layer = this.#layers.diff(top);
    return directorySizeBytes(root, (path, stats) => differs(join(layer, relative(root, path)), stats));
  }

  /** Of a layer over another: the files that it added or changed. */
  async layerSizeBytes(chainId: string): Promise<number> {
    const [top, parent] = this.#layers.chain(chainId).map((layer) => this.#layers.diff(layer));
    if (top === undefined) throw new StorageError(`no such layer: ${chainId}`);
    if (parent === undefined) return directorySizeBytes(top);
    return directorySizeBytes(top, (path, stats) => differs(join(parent, relative(top, path)), stats));
  }

  close(): Promise<void> {
    return this.#trash.settled();
  }

  #container(id: string): string {
    return join(this.#root, "containers", id);
  }
}

async function differs(original: string, stats: BigIntStats): Promise<boolean> {
  try {
    const { mode, uid, gid, size, mtimeNs } = await lstat(original, { bigint: true });
    return (
      mode !== stats.mode || uid !== stats.uid || gid !== stats.gid || size !== stats.size || mtimeNs !== stats.mtimeNs
    );
  } catch {
    return true;
  }
}

/** Everything with links, devices, owners, times and attributes; the target folder is there and empty. */
async function copyTree(from: string, to: string): Promise<void> {
  await run(["cp", "--archive", "--reflink=auto", "--no-target-directory", "--", from, to]);
}
