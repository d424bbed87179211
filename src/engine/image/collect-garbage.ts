import type { ImageDeps } from "./image-deps.ts";
import type { LayerRecord } from "./image-record.ts";

type GarbageDeps = Pick<ImageDeps, "store" | "content" | "storage" | "pins" | "layersInUse">;

/**
 * Removes the layers that no image, no container and no operation on its way stands on, and the blobs that no image and no
 * operation needs. Answers with the chain ids of the removed layers, topmost first. The records are the only truth: what a
 * crash left behind is found in the same way.
 */
export async function collectGarbage(deps: GarbageDeps): Promise<readonly string[]> {
  return deps.pins.whileCollecting(async () => {
    const removed = await collectLayers(deps);
    await collectBlobs(deps);
    return removed;
  });
}

async function collectLayers({ store, storage, pins, layersInUse }: GarbageDeps): Promise<readonly string[]> {
  const records = new Map(store.layers().map((layer) => [layer.chainId, layer]));
  const live = new Set<string>();
  const keep = (chainId: string | undefined) => {
    for (let id = chainId; id !== undefined && !live.has(id); id = records.get(id)?.parent) live.add(id);
  };
  for (const { layers } of store.all()) keep(layers.at(-1));
  for (const chainId of layersInUse()) keep(chainId);
  for (const key of pins.keys()) keep(key);
  const known = new Set([...records.keys(), ...storage.layers()]);
  const dead = [...known].filter((chainId) => !live.has(chainId));
  const depths = new Map(dead.map((chainId) => [chainId, depth(records, chainId)]));
  dead.sort((left, right) => depths.get(right)! - depths.get(left)!);
  for (const chainId of dead) {
    await storage.removeLayer(chainId);
    store.removeLayer(chainId);
  }
  return dead;
}

async function collectBlobs({ store, content, pins }: GarbageDeps): Promise<void> {
  const live = new Set(store.all().flatMap(({ blobs }) => blobs));
  for (const digest of await content.digests()) {
    if (!live.has(digest) && !pins.has(digest)) await content.remove(digest);
  }
}

function depth(records: ReadonlyMap<string, LayerRecord>, chainId: string): number {
  let levels = 0;
  for (let id = records.get(chainId)?.parent; id !== undefined; id = records.get(id)?.parent) levels++;
  return levels;
}
