import { expect, test } from "bun:test";
import { EngineImages } from "../../../test/support/engine-images.ts";
import { removeImage } from "./remove.ts";

const hub = (name: string) => `docker.io/library/${name}`;
const id = (digit: string) => `sha256:${digit.repeat(64)}`;
const digest = `sha256:${"d".repeat(64)}`;
const gently = { force: false, noPrune: false };
const byForce = { force: true, noPrune: false };

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "did not fail",
    (error: unknown) => error,
  );
}

test("the last name takes the image and its layers with it, topmost first", async () => {
  const world = new EngineImages();
  await world.add("a", { names: [hub("app:1")], layers: "12" });
  expect(await removeImage(world.deps, "app:1", gently)).toEqual([
    { Untagged: "app:1" },
    { Deleted: id("a") },
    { Deleted: id("2") },
    { Deleted: id("1") },
  ]);
  expect(world.storage.layers()).toEqual([]);
  expect([...world.blobs]).toEqual([]);
  expect(world.published.map(({ action, attributes }) => [action, attributes])).toEqual([
    ["untag", { name: id("a") }],
    ["delete", { name: id("a") }],
  ]);
});

test("one of several names only loses that name", async () => {
  const world = new EngineImages();
  await world.add("a", { names: [hub("app:1"), hub("app:2")] });
  expect(await removeImage(world.deps, "app:1", gently)).toEqual([{ Untagged: "app:1" }]);
  expect(world.store.namesOf(id("a"))).toEqual([hub("app:2")]);
});

test("the digests of a repository go with its last tag", async () => {
  const world = new EngineImages();
  await world.add("a", { names: [hub("app:1"), hub(`app@${digest}`)], layers: "" });
  expect(await removeImage(world.deps, "app:1", gently)).toEqual([
    { Untagged: "app:1" },
    { Untagged: `app@${digest}` },
    { Deleted: id("a") },
  ]);
});

test("layers that another image stands on stay", async () => {
  const world = new EngineImages();
  await world.add("a", { names: [hub("app:1")], layers: "12" });
  await world.add("b", { names: [hub("base:1")], layers: "1" });
  expect(await removeImage(world.deps, "app:1", gently)).toEqual([
    { Untagged: "app:1" },
    { Deleted: id("a") },
    { Deleted: id("2") },
  ]);
  expect(world.storage.layers()).toEqual(["1".repeat(64)]);
});

test("by id, an image in several repositories needs force", async () => {
  const world = new EngineImages();
  await world.add("a", { names: [hub("app:1"), hub("other:1")] });
  const short = "a".repeat(12);
  expect(await failureOf(removeImage(world.deps, short, gently))).toMatchObject({
    kind: "conflict",
    message: `conflict: unable to delete ${short} (must be forced) - image is referenced in multiple repositories`,
  });
  const records = await removeImage(world.deps, short, byForce);
  expect(records.slice(0, 3)).toEqual([{ Untagged: "app:1" }, { Untagged: "other:1" }, { Deleted: id("a") }]);
});

test("a stopped container wants force, by name and by id", async () => {
  const world = new EngineImages();
  await world.add("a", { names: [hub("app:1")] });
  world.containers.push({ id: "c".repeat(64), imageId: id("a"), running: false, topLayer: "a".repeat(64) });
  expect(await failureOf(removeImage(world.deps, "app:1", gently))).toMatchObject({
    kind: "conflict",
    message: `conflict: unable to remove repository reference "app:1" (must force) - container cccccccccccc is using its referenced image aaaaaaaaaaaa`,
  });
  expect(await failureOf(removeImage(world.deps, "aaa", gently))).toMatchObject({
    message:
      "conflict: unable to delete aaaaaaaaaaaa (must be forced) - image is being used by stopped container cccccccccccc",
  });
  expect(await removeImage(world.deps, "app:1", byForce)).toEqual([{ Untagged: "app:1" }, { Deleted: id("a") }]);
  expect(world.storage.layers()).toEqual(["a".repeat(64)]);
});

test("a running container is not to be overcome; by name only the name goes", async () => {
  const world = new EngineImages();
  await world.add("a", { names: [hub("app:1")] });
  world.containers.push({ id: "c".repeat(64), imageId: id("a"), running: true });
  expect(await failureOf(removeImage(world.deps, "aaa", byForce))).toMatchObject({
    code: "image.cannot-be-forced",
    message:
      "conflict: unable to delete aaaaaaaaaaaa (cannot be forced) - image is being used by running container cccccccccccc",
  });
  expect(world.store.namesOf(id("a"))).toEqual([hub("app:1")]);
  expect(await removeImage(world.deps, "app:1", byForce)).toEqual([{ Untagged: "app:1" }]);
  expect(world.store.get(id("a"))).toBeDefined();
});

test("unnamed parents go as well, unless they are to stay or have other children", async () => {
  const family = async () => {
    const world = new EngineImages();
    await world.add("1", { layers: "1" });
    await world.add("2", { names: [hub("app:1")], layers: "12", parent: `sha256:${"1".repeat(64)}` });
    return world;
  };
  const pruned = await family();
  await removeImage(pruned.deps, "app:1", gently);
  expect(pruned.store.all()).toEqual([]);
  const kept = await family();
  await removeImage(kept.deps, "app:1", { force: false, noPrune: true });
  expect(kept.store.all().map((image) => image.id as string)).toEqual([id("1")]);
  const shared = await family();
  await shared.add("3", { layers: "1", parent: `sha256:${"1".repeat(64)}` });
  await removeImage(shared.deps, "app:1", gently);
  expect(shared.store.all().map((image) => image.id as string)).toEqual([id("1"), id("3")]);
});

test("a parent cannot be deleted under its child", async () => {
  const world = new EngineImages();
  await world.add("1");
  await world.add("2", { names: [hub("app:1")], parent: `sha256:${"1".repeat(64)}` });
  expect(await failureOf(removeImage(world.deps, "111", byForce))).toMatchObject({
    message: "conflict: unable to delete 111111111111 (cannot be forced) - image has dependent child images",
  });
});

test("an unknown image is told in docker's words", async () => {
  const world = new EngineImages();
  expect(await failureOf(removeImage(world.deps, "nope", gently))).toMatchObject({
    kind: "not-found",
    message: "No such image: nope:latest",
  });
});
