// Needs root (overlay, chroot): pulls from a registry in memory that hangs up, dawdles and redirects.
import { expect, test } from "bun:test";
import { ImageWorld, nothing } from "../support/image-world.ts";
import { MemoryRegistry } from "../support/memory-registry.ts";
import { type TestImage, testImage, testLayer } from "../support/test-image.ts";

/** Bytes that do not compress, the same for the same seed. */
function noise(bytes: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
}

const big = testLayer({ big: noise(600_000, 1) });
const other = testLayer({ other: noise(200_000, 2) });
const image = testImage([big, other]);

async function withRegistry(work: (registry: MemoryRegistry, world: ImageWorld, name: string) => Promise<void>) {
  await using registry = await MemoryRegistry.start();
  registry.add("app", "1", image);
  await using world = await ImageWorld.open();
  await work(registry, world, `${registry.authority}/app:1`);
}

const failureOf = async (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => {
      throw new Error("did not fail");
    },
    (error: Error) => error,
  );

const idOf = (world: ImageWorld, name: string): string => world.images.inspect(name).image.id;

test("a download that breaks in the middle goes on where it was", async () => {
  await withRegistry(async (registry, world, name) => {
    let cuts = 0;
    registry.behaviour = ({ digest }) => (digest === big.digest && cuts++ < 2 ? { cutAfterBytes: 250_000 } : undefined);
    await world.pull(name);
    expect(idOf(world, name)).toBe(image.config.digest);
    const ranges = registry.requests
      .filter(({ path }) => path.endsWith(big.digest))
      .map(({ headers }) => headers.range);
    expect(ranges[0]).toBeUndefined();
    expect(ranges).toHaveLength(3);
    expect(ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? ""))).toBe(true);
  });
});

test("a server that does not know Range sends all again, and the bytes are still right", async () => {
  await withRegistry(async (registry, world, name) => {
    let cuts = 0;
    registry.behaviour = ({ digest, offset }) => {
      if (digest === big.digest && cuts++ === 0) return { cutAfterBytes: 150_000 };
      return offset > 0 ? "whole" : undefined;
    };
    await world.pull(name);
    expect(idOf(world, name)).toBe(image.config.digest);
  });
});

test("a registry that always hangs up makes the pull fail and leaves nothing", async () => {
  await withRegistry(async (registry, world, name) => {
    registry.behaviour = ({ digest }) => (digest === big.digest ? { cutAfterBytes: 1000 } : undefined);
    const failure = await failureOf(world.pull(name));
    expect(failure.message).toContain("EOF");
    expect(registry.downloadsOf(big.digest)).toBe(4);
    expect(world.leftovers()).toEqual(nothing);
    registry.behaviour = () => undefined;
    await world.pull(name);
    expect(idOf(world, name)).toBe(image.config.digest);
  });
});

test("a server error is tried again, a blob that is not there is not", async () => {
  await withRegistry(async (registry, world, name) => {
    let failures = 0;
    registry.behaviour = ({ digest }) => (digest === big.digest && failures++ < 2 ? { status: 503 } : undefined);
    await world.pull(name);
    expect(registry.downloadsOf(big.digest)).toBe(3);
  });
  await withRegistry(async (registry, world, name) => {
    registry.behaviour = ({ digest }) => (digest === big.digest ? { status: 404 } : undefined);
    await failureOf(world.pull(name));
    expect(registry.downloadsOf(big.digest)).toBe(1);
    expect(world.leftovers()).toEqual(nothing);
  });
});

test("blobs may come from another host, which does not get to see our login", async () => {
  await using storage = await MemoryRegistry.start();
  storage.add("app", "1", image);
  await withRegistry(async (registry, world, name) => {
    registry.behaviour = ({ digest }) => ({ redirectTo: `http://${storage.authority}/v2/app/blobs/${digest}` });
    await world.pull(name, { user: ["alice", "secret"] });
    expect(idOf(world, name)).toBe(image.config.digest);
    expect(storage.downloadsOf(big.digest)).toBe(1);
    expect(storage.requests.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
  });
});

test("two pulls at once share a download", async () => {
  await withRegistry(async (registry, world, name) => {
    registry.add("same", "2", testImage([big]));
    const gate = Promise.withResolvers<void>();
    registry.behaviour = () => gate.promise;
    // Configs wait at the gate as well; layers are asked for after them.
    const pulls = [world.pull(name), world.pull(`${registry.authority}/same:2`)];
    await Bun.sleep(50);
    gate.resolve();
    registry.behaviour = ({ digest }) => (digest === big.digest ? Bun.sleep(200) : undefined);
    await Promise.all(pulls);
    expect(registry.downloadsOf(big.digest)).toBe(1);
    expect(world.images.list({ all: false, withSharedSize: false, filters: {} })).toHaveLength(2);
  });
});

test("a client that goes away ends its pull and leaves nothing", async () => {
  await withRegistry(async (registry, world, name) => {
    registry.behaviour = ({ digest }) => (digest === big.digest ? Bun.sleep(5000) : undefined);
    const controller = new AbortController();
    const pull = failureOf(world.pull(name, { signal: controller.signal }));
    await until(() => registry.downloadsOf(big.digest) === 1);
    controller.abort(new Error("client gone"));
    expect((await pull).message).toBe("client gone");
    expect(world.leftovers()).toEqual(nothing);
  });
});

test("of two that share a layer one may go away without harm to the other", async () => {
  await withRegistry(async (registry, world, name) => {
    const gate = Promise.withResolvers<void>();
    registry.behaviour = ({ digest }) => (digest === big.digest ? gate.promise : undefined);
    const controller = new AbortController();
    const first = failureOf(world.pull(name, { signal: controller.signal }));
    await until(() => registry.downloadsOf(big.digest) === 1);
    const second = world.pull(name);
    await Bun.sleep(100);
    controller.abort(new Error("client gone"));
    expect((await first).message).toBe("client gone");
    gate.resolve();
    await second;
    expect(registry.downloadsOf(big.digest)).toBe(1);
    expect(idOf(world, name)).toBe(image.config.digest);
  });
});

test("at most three layers are fetched at a time, by all pulls together", async () => {
  await using registry = await MemoryRegistry.start();
  const layers = Array.from({ length: 6 }, (_, i) => testLayer({ [`f${i}`]: `${i}` }));
  registry.add("wide", "1", testImage(layers));
  await using world = await ImageWorld.open();
  let open = 0;
  let most = 0;
  registry.behaviour = ({ digest }) => {
    if (!layers.some((layer) => layer.digest === digest)) return undefined;
    most = Math.max(most, ++open);
    return Bun.sleep(50).then(() => void open--);
  };
  const records = await world.pull(`${registry.authority}/wide:1`);
  expect(most).toBe(3);
  expect(records.some(({ status }) => status === "Waiting")).toBe(true);
});

test("the same layer twice in an image is fetched once", async () => {
  await using registry = await MemoryRegistry.start();
  const twice: TestImage = testImage([other, big, other]);
  registry.add("twice", "1", twice);
  await using world = await ImageWorld.open();
  await world.pull(`${registry.authority}/twice:1`);
  expect(registry.downloadsOf(other.digest)).toBe(1);
  expect(world.leftovers()).toMatchObject({ layers: 3, staging: 0, incoming: 0 });
});

test("what a crash has left is gone after the next start, what records refer to stays", async () => {
  await withRegistry(async (_, world, name) => {
    await world.pull(name);
    const whole = world.leftovers();
    const staged = await world.storage.stage(undefined);
    await staged.commit("d".repeat(64));
    expect(world.leftovers().layers).toBe(whole.layers + 1);
    await world.close();
    const next = await ImageWorld.open({ root: world.root });
    expect(next.leftovers()).toEqual(whole);
    expect(idOf(next, name)).toBe(image.config.digest);
    await next.close();
  });
});

test("layers go with the last image that stands on them, but not from under a container", async () => {
  await withRegistry(async (registry, world, name) => {
    registry.add("base", "1", testImage([big]));
    const base = `${registry.authority}/base:1`;
    await world.pull(base);
    await world.pull(name);
    const { id, topLayer } = world.images.resolve(name);
    const container = { id: "c".repeat(64), imageId: id, topLayer: topLayer!, running: false };
    world.containers.push(container);

    const removed = await world.images.remove(name, { force: true, noPrune: false });
    expect(removed.at(-1)).toEqual({ Deleted: id });
    expect(world.leftovers().layers).toBe(2);
    world.containers.pop();
    world.log.publish({ type: "container", action: "destroy", id: container.id, attributes: {} });
    await world.images.close();
    expect(world.leftovers().layers).toBe(1);

    const last = await world.images.remove(base, { force: false, noPrune: false });
    expect(last.at(-1)).toEqual({ Deleted: big.diffId });
    expect(world.leftovers()).toEqual(nothing);
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 500 && !condition(); attempt++) await Bun.sleep(10);
  if (!condition()) throw new Error("it never came to it");
}
