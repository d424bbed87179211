import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mount, mountFlags, unmount } from "#platform/linux/mount.ts";
import { mountOf, readMountInfo } from "#platform/linux/mount-info.ts";
import { statFileSystem } from "#platform/linux/statfs.ts";
import { directorySizeBytes } from "../directory-size.ts";
import { LayerFolders } from "../layer-folders.ts";
import { type StagedLayer, type StorageDriver, StorageError } from "../storage-driver.ts";
import { Trash } from "../trash.ts";
import { overlayFeatures, withOverlayOptions } from "./overlay-options.ts";

/**
 * Layers as lower folders of the kernel's overlay file system, under docker's name for this driver. A container is
 * `containers/ID/` with `upper`, `work`, `merged` (where it is mounted) and the file `top` with its topmost layer.
 */
export class OverlayDriver implements StorageDriver {
  readonly name = "overlay2";
  readonly stagesOverParent = false;
  readonly #root: string;
  readonly #trash: Trash;
  readonly #layers: LayerFolders;
  readonly #features = overlayFeatures();

  /** `root` is the driver's own folder, absolute and without symbolic links. */
  constructor(root: string) {
    this.#root = root;
    this.#trash = new Trash(join(root, "trash"));
    this.#layers = new LayerFolders(root, this.#trash);
  }

  open(): void {
    mkdirSync(this.#root, { recursive: true, mode: 0o700 });
    keepMountsPrivate(this.#root);
    mkdirSync(join(this.#root, "containers"), { recursive: true, mode: 0o700 });
    mkdirSync(join(this.#root, "empty"), { recursive: true, mode: 0o755 });
    this.#trash.open();
    this.#layers.open();
  }

  status(): readonly (readonly [string, string])[] {
    return [
      ["Backing Filesystem", statFileSystem(this.#root).type],
      ["Supports d_type", "true"],
      ["Using metacopy", "false"],
      ["Native Overlay Diff", "true"],
      ["userxattr", "false"],
    ];
  }

  hasLayer(chainId: string): boolean {
    return this.#layers.has(chainId);
  }

  /** Layers of one image may be staged at the same time, in any order. */
  stage(parent: string | undefined): StagedLayer {
    const { folder, diff } = this.#layers.stage();
    return {
      root: diff,
      whiteouts: "overlay",
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

  createContainer(id: string, top: string | undefined): void {
    if (top !== undefined && !this.hasLayer(top)) throw new StorageError(`no such layer: ${top}`);
    const folder = this.#container(id);
    mkdirSync(folder, { mode: 0o700 });
    // The upper folder is what is seen as `/`: open to every user, whatever the image's own root says, as with docker.
    for (const name of ["upper", "work", "merged"]) mkdirSync(join(folder, name), { mode: 0o755 });
    writeFileSync(join(folder, "top"), top ?? "");
  }

  mount(id: string, { readOnly = false }: { readOnly?: boolean } = {}): string {
    const target = join(this.#container(id), "merged");
    if (this.isMounted(id)) return target;
    withOverlayOptions(this.#folders(id), this.#features, (options) =>
      mount({ source: "overlay", target, type: "overlay", flags: readOnly ? mountFlags.readOnly : 0, options }),
    );
    return target;
  }

  unmount(id: string): void {
    unmount(join(this.#container(id), "merged"), { detach: true });
  }

  isMounted(id: string): boolean {
    const folder = this.#container(id);
    const merged = statSync(join(folder, "merged"), { throwIfNoEntry: false });
    return merged !== undefined && merged.dev !== statSync(folder).dev;
  }

  async removeContainer(id: string): Promise<void> {
    this.unmount(id);
    this.#trash.take(this.#container(id));
  }

  containers(): readonly string[] {
    return readdirSync(join(this.#root, "containers"));
  }

  containerData(id: string): Readonly<Record<string, string>> {
    const { lower, upper, work } = this.#folders(id);
    const merged = join(this.#container(id), "merged");
    return { LowerDir: lower.join(":"), MergedDir: merged, UpperDir: upper, WorkDir: work };
  }

  layerData(chainId: string): Readonly<Record<string, string>> {
    const [top, ...below] = this.#layers.chain(chainId).map((layer) => this.#layers.diff(layer));
    if (top === undefined) throw new StorageError(`no such layer: ${chainId}`);
    return below.length === 0 ? { UpperDir: top } : { LowerDir: below.join(":"), UpperDir: top };
  }

  containerSizeBytes(id: string): Promise<number> {
    return directorySizeBytes(join(this.#container(id), "upper"));
  }

  layerSizeBytes(chainId: string): Promise<number> {
    return directorySizeBytes(this.#layers.diff(chainId));
  }

  close(): Promise<void> {
    return this.#trash.settled();
  }

  #container(id: string): string {
    return join(this.#root, "containers", id);
  }

  #folders(id: string): { lower: readonly string[]; upper: string; work: string } {
    const folder = this.#container(id);
    const lower = this.#layers.chain(readTop(folder, id)).map((layer) => this.#layers.diff(layer));
    return {
      // Overlay wants a lower folder; an image without layers has none.
      lower: lower.length > 0 ? lower : [join(this.#root, "empty")],
      upper: join(folder, "upper"),
      work: join(folder, "work"),
    };
  }
}

function readTop(folder: string, id: string): string | undefined {
  try {
    return readFileSync(join(folder, "top"), "utf8") || undefined;
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ENOENT") throw error;
    throw new StorageError(`no such container: ${id}`);
  }
}

/**
 * Below a shared mount every overlay would also appear in other mount namespaces, keep their containers' folders busy and
 * make removal fail. So the driver's folder becomes a private mount of itself, as docker does. It stays for containers
 * that outlive the daemon, and the next daemon finds it.
 */
function keepMountsPrivate(root: string): void {
  if (!mountOf(root, readMountInfo())?.isShared) return;
  mount({ source: root, target: root, flags: mountFlags.bind });
  mount({ target: root, flags: mountFlags.private });
}
