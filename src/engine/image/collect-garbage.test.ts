import { expect, test } from "bun:test";
import { EngineImages } from "../../../test/support/engine-images.ts";
import { collectGarbage } from "./collect-garbage.ts";

const layer = (digit: string) => digit.repeat(64);

async function orphan(world: EngineImages, chainId: string, parent?: string): Promise<void> {
  const staged = world.storage.stage(parent);
  await staged.commit(chainId);
}

test("what images stand on stays, layers without a record go", async () => {
  const world = new EngineImages();
  await world.add("a", { layers: "12" });
  await orphan(world, layer("9"), layer("2"));
  world.blobs.add(`sha256:${layer("9")}`);
  expect(await collectGarbage(world.deps)).toEqual([layer("9")]);
  expect(world.storage.layers().toSorted()).toEqual([layer("1"), layer("2")]);
  expect(world.blobs.has(`sha256:${layer("9")}`)).toBe(false);
  expect(world.blobs.size).toBe(3);
});

test("layers below a container's topmost one stay, whatever became of the image", async () => {
  const world = new EngineImages();
  const id = await world.add("a", { layers: "123" });
  world.store.remove(id);
  world.containers.push({ id: "c", imageId: id, running: true, topLayer: layer("2") });
  expect(await collectGarbage(world.deps)).toEqual([layer("3")]);
});

test("what is pinned stays until the pins are dropped", async () => {
  const world = new EngineImages();
  await orphan(world, layer("9"));
  world.blobs.add(`sha256:${layer("8")}`);
  const pinning = world.pins.open();
  await pinning.pin(layer("9"), `sha256:${layer("8")}`);
  expect(await collectGarbage(world.deps)).toEqual([]);
  expect(world.blobs.size).toBe(1);
  pinning[Symbol.dispose]();
  expect(await collectGarbage(world.deps)).toEqual([layer("9")]);
  expect(world.blobs.size).toBe(0);
});

test("a pin waits while a collection is going on", async () => {
  const world = new EngineImages();
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const collecting = world.pins.whileCollecting(async () => {
    await gate.promise;
    order.push("collected");
  });
  const pinning = world.pins.open();
  const pinned = pinning.pin("x").then(() => order.push("pinned"));
  gate.resolve();
  await Promise.all([collecting, pinned]);
  expect(order).toEqual(["collected", "pinned"]);
});

test("a key pinned twice stays until both are dropped", async () => {
  const world = new EngineImages();
  const [first, second] = [world.pins.open(), world.pins.open()];
  await first.pin("x");
  await second.pin("x");
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  expect(world.pins.has("x")).toBe(true);
  second[Symbol.dispose]();
  expect(world.pins.has("x")).toBe(false);
});
