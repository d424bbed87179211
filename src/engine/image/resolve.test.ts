import { expect, test } from "bun:test";
import { EngineImages } from "../../../test/support/engine-images.ts";
import { isIdPrefix, resolveImage } from "./resolve.ts";

const hub = (name: string) => `docker.io/library/${name}`;
const digest = `sha256:${"d".repeat(64)}`;

async function world(): Promise<EngineImages> {
  const images = new EngineImages();
  await images.add("a", { names: [hub("app:latest"), hub(`app@${digest}`), hub("bbb:latest")] });
  await images.add("b", { names: [hub("app:2")] });
  return images;
}

test.each([
  ["app", "a"],
  ["docker.io/library/app:latest", "a"],
  ["app:2", "b"],
  [`app@${digest}`, "a"],
  [`app:2@${digest}`, "a"],
  ["a", "a"],
  ["b".repeat(12), "b"],
  [`sha256:${"b".repeat(5)}`, "b"],
  ["b".repeat(64), "b"],
  [`sha256:${"b".repeat(64)}`, "b"],
  // A name wins over the beginning of an id.
  ["bbb", "a"],
])("%s is found", async (ref, digit) => {
  const { store } = await world();
  expect(resolveImage(store, ref).id).toBe(`sha256:${digit.repeat(64)}`);
});

test.each([
  ["nope", "No such image: nope:latest"],
  ["app:3", "No such image: app:3"],
  ["sha256:abc", "No such image: sha256:abc"],
  ["c".repeat(64), `No such image: sha256:${"c".repeat(64)}`],
  [`app@sha256:${"e".repeat(64)}`, `No such image: app@sha256:${"e".repeat(64)}`],
  ["UPPER", "invalid reference format: repository name (library/UPPER) must be lowercase"],
  ["", "invalid reference format"],
  ["a%", "invalid reference format"],
])("%p is refused: %s", async (ref, message) => {
  const { store } = await world();
  expect(() => resolveImage(store, ref)).toThrow(message);
});

test("a beginning that two ids share means neither", async () => {
  const images = new EngineImages();
  const first = await images.add("a");
  const record = images.store.get(first)!;
  images.store.save({ ...record, id: `sha256:${"a".repeat(63)}b` });
  expect(() => resolveImage(images.store, "aaaa")).toThrow("No such image: aaaa:latest");
  expect(resolveImage(images.store, "a".repeat(63).concat("b")).id).toBe(`sha256:${"a".repeat(63)}b`);
});

test("an id is told from a name", () => {
  const id = `sha256:${"a".repeat(64)}`;
  expect(isIdPrefix(id, "aaa")).toBe(true);
  expect(isIdPrefix(id, "sha256:aa")).toBe(true);
  expect(isIdPrefix(id, "app")).toBe(false);
});
