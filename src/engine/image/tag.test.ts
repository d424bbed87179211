import { expect, test } from "bun:test";
import { EngineImages } from "../../../test/support/engine-images.ts";
import { tagImage } from "./tag.ts";

const hub = (name: string) => `docker.io/library/${name}`;

test("an image gets one more name, the time is kept and the event tells the name", async () => {
  const world = new EngineImages();
  const id = await world.add("a", { names: [hub("app:1")], config: { Labels: { x: "y" } } });
  expect(tagImage(world.deps, "app:1", "localhost:5000/team/app", "")).toBe("tagged");
  expect(world.store.namesOf(id)).toEqual([hub("app:1"), "localhost:5000/team/app:latest"]);
  expect(world.store.get(id)!.lastTaggedAt).toBe("2026-05-01T12:00:00.000Z");
  expect(world.published).toMatchObject([
    { action: "tag", id, attributes: { x: "y", name: "localhost:5000/team/app:latest" } },
  ]);
});

test("a name moves to the image that gets it last", async () => {
  const world = new EngineImages();
  const first = await world.add("a", { names: [hub("app:1")] });
  await world.add("b", { names: [hub("app:2")] });
  tagImage(world.deps, "app:2", "app", "1");
  expect(world.store.namesOf(first)).toEqual([]);
});

test.each([
  ["app", "b:", "invalid tag format"],
  ["UP", "x", "invalid reference format: repository name (library/UP) must be lowercase"],
  [`app@sha256:${"a".repeat(64)}`, "", "cannot import digest reference"],
  ["sha256", "x", "refusing to create an ambiguous tag using digest algorithm as name"],
  [`sha256:${"a".repeat(64)}`, "", "refusing to create an ambiguous tag using digest algorithm as name"],
  ["a".repeat(64), "", "cannot specify 64-byte hexadecimal strings"],
])("%s:%s is refused", async (repository, tag, message) => {
  const world = new EngineImages();
  await world.add("a", { names: [hub("app:latest")] });
  expect(() => tagImage(world.deps, "app", repository, tag)).toThrow(message);
});

test("without a repository nothing is asked for", async () => {
  const world = new EngineImages();
  expect(tagImage(world.deps, "whatever", "", "x")).toBe("nothing-asked");
});

test("an unknown image is refused", () => {
  expect(() => tagImage(new EngineImages().deps, "nope", "a", "b")).toThrow("No such image: nope:latest");
});
