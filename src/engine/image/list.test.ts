import { expect, test } from "bun:test";
import { EngineImages } from "../../../test/support/engine-images.ts";
import { displayName, type ImageFilters, listImages } from "./list.ts";

const hub = (name: string) => `docker.io/library/${name}`;
const digest = `sha256:${"d".repeat(64)}`;

async function world(): Promise<EngineImages> {
  const images = new EngineImages();
  await images.add("1", {
    layers: "1",
    created: "2026-01-01T00:00:00Z",
    names: [hub("old:1"), "localhost:5000/team/old:1"],
  });
  await images.add("2", {
    layers: "12",
    created: "2026-05-01T11:30:00.123456789Z",
    names: [hub("new:1"), hub(`new@${digest}`)],
    config: { Labels: { a: "b", empty: "" } },
  });
  await images.add("3", { layers: "", created: "2026-03-01T00:00:00Z" });
  await images.add("4", { layers: "1", created: "2026-02-01T00:00:00Z" });
  await images.add("5", { layers: "1", names: [hub("child:1")], parent: `sha256:${"4".repeat(64)}` });
  return images;
}

const digits = (images: EngineImages, filters: ImageFilters, all = false): string =>
  listImages(images.deps, { all, withSharedSize: false, filters })
    .map(({ image }) => image.id.slice(7, 8))
    .join("");

test("newest first; unnamed images are shown, but not the unnamed steps of others", async () => {
  const images = await world();
  expect(digits(images, {})).toBe("2315");
  expect(digits(images, {}, true)).toBe("23415");
});

test.each<[string, ImageFilters, string]>([
  ["dangling", { dangling: true }, "3"],
  ["not dangling", { dangling: false }, "215"],
  ["a label", { labels: ["a"] }, "2"],
  ["a label with its value", { labels: ["a=b", "empty="] }, "2"],
  ["a label with another value", { labels: ["a=c"] }, ""],
  ["a name of the prototype", { labels: ["constructor"] }, ""],
  ["made before", { before: ["new:1"] }, "315"],
  ["made since", { since: ["old:1"] }, "23"],
  ["between two", { since: ["old:1"], before: ["new:1"] }, "3"],
  ["until an hour ago", { until: ["1h"] }, "315"],
  ["until ten minutes ago", { until: ["10m"] }, "2315"],
  ["until a date", { until: ["2026-02-15"] }, "15"],
  ["until a time in seconds", { until: ["1767300000"] }, "15"],
  ["a reference", { references: ["new"] }, "2"],
  ["one of two references", { references: ["new:2", "old:*"] }, "1"],
  ["a reference with a pattern", { references: ["*/*/old"] }, "1"],
])("filter: %s", async (_, filters, found) => {
  expect(digits(await world(), filters)).toBe(found);
});

test("a reference leaves only the names that match", async () => {
  const images = await world();
  const [only] = listImages(images.deps, { all: false, withSharedSize: false, filters: { references: ["old"] } });
  expect(only!.tags).toEqual(["old:1"]);
});

test("what a filter names must exist and be a time", async () => {
  const images = await world();
  expect(() => digits(images, { before: ["nope"] })).toThrow("No such image: nope:latest");
  expect(() => digits(images, { until: ["zzz"] })).toThrow('failed to parse value as time or duration: "zzz"');
  expect(() => digits(images, { references: ["["] })).toThrow("syntax error in pattern");
});

test("shared bytes are those of layers under more than one image", async () => {
  const images = await world();
  images.containers.push({ id: "c", imageId: `sha256:${"2".repeat(64)}`, running: true });
  const listed = listImages(images.deps, { all: false, withSharedSize: true, filters: { labels: ["a"] } });
  expect(listed).toMatchObject([{ sharedSizeBytes: 1, containers: 1 }]);
});

test("a container shows its image's name while it points there, else the id", async () => {
  const images = await world();
  const [one, two] = [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`];
  expect(displayName(images.deps, "new:1", two)).toBe("new:1");
  images.store.setName(hub("new:1"), one);
  expect(displayName(images.deps, "new:1", two)).toBe(two);
  expect(displayName(images.deps, "gone", two)).toBe(two);
});
