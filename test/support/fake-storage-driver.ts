import { type StagedLayer, type StorageDriver, StorageError } from "#drivers/storage/storage-driver.ts";

interface FakeContainer {
  readonly top: string | undefined;
  isMounted: boolean;
}

/** Layers and containers as names in memory, for tests of the engine. Paths are made up; nothing is on disk. */
export class FakeStorageDriver implements StorageDriver {
  readonly name = "fake";
  readonly stagesOverParent = false;
  /** Sizes to report, by chain id or container id; 0 for the others. */
  readonly sizes = new Map<string, number>();
  readonly #layers = new Map<string, string | undefined>();
  readonly #containers = new Map<string, FakeContainer>();
  readonly #staged = new Set<string>();
  #stagings = 0;

  /** A driver that has these layers, each over the one before. */
  static withLayers(...chainIds: readonly string[]): FakeStorageDriver {
    const driver = new FakeStorageDriver();
    for (const [index, chainId] of chainIds.entries()) driver.#layers.set(chainId, chainIds[index - 1]);
    return driver;
  }

  /** Roots that were staged and neither committed nor discarded. */
  get staged(): readonly string[] {
    return [...this.#staged];
  }

  open(): void {
    this.#staged.clear();
  }

  status(): readonly (readonly [string, string])[] {
    return [["Backing Filesystem", "memory"]];
  }

  hasLayer(chainId: string): boolean {
    return this.#layers.has(chainId);
  }

  stage(parent: string | undefined): StagedLayer {
    const root = `/fake/staging/${++this.#stagings}`;
    this.#staged.add(root);
    return {
      root,
      whiteouts: "overlay",
      commit: async (chainId) => {
        if (!this.#staged.delete(root)) throw new StorageError(`not staged: ${root}`);
        if (!this.#layers.has(chainId)) this.#layers.set(chainId, parent);
      },
      discard: async () => {
        this.#staged.delete(root);
      },
    };
  }

  layers(): readonly string[] {
    return [...this.#layers.keys()];
  }

  async removeLayer(chainId: string): Promise<void> {
    this.#layers.delete(chainId);
  }

  createContainer(id: string, top: string | undefined): void {
    if (top !== undefined && !this.#layers.has(top)) throw new StorageError(`no such layer: ${top}`);
    this.#containers.set(id, { top, isMounted: false });
  }

  mount(id: string): string {
    const container = this.#containers.get(id);
    if (!container) throw new StorageError(`no such container: ${id}`);
    container.isMounted = true;
    return `/fake/containers/${id}/merged`;
  }

  unmount(id: string): void {
    const container = this.#containers.get(id);
    if (container) container.isMounted = false;
  }

  isMounted(id: string): boolean {
    return this.#containers.get(id)?.isMounted ?? false;
  }

  async removeContainer(id: string): Promise<void> {
    this.#containers.delete(id);
  }

  containers(): readonly string[] {
    return [...this.#containers.keys()];
  }

  containerData(id: string): Readonly<Record<string, string>> {
    return { MergedDir: `/fake/containers/${id}/merged` };
  }

  layerData(chainId: string): Readonly<Record<string, string>> {
    return { UpperDir: `/fake/layers/${chainId}/diff` };
  }

  async containerSizeBytes(id: string): Promise<number> {
    return this.sizes.get(id) ?? 0;
  }

  async layerSizeBytes(chainId: string): Promise<number> {
    return this.sizes.get(chainId) ?? 0;
  }

  async close(): Promise<void> {}
}
