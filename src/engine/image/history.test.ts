import { expect, test } from "bun:test";
import { EngineImages } from "../../../test/support/engine-images.ts";
import { imageHistory } from "./history.ts";

test("steps come last first, each with its layer's size; only steps that are here have an id", async () => {
  const world = new EngineImages();
  const parent = await world.add("b", { layers: "1" });
  const id = await world.add("a", { names: ["docker.io/library/app:1"], layers: "12", parent });
  const record = world.store.get(id)!;
  const history = [
    { created: "2026-01-01T00:00:00.5Z", created_by: "COPY one" },
    { created_by: "ENV", empty_layer: true },
    { created_by: "COPY two", comment: "second" },
  ];
  world.store.save({ ...record, config: { ...record.config, history } });
  const zero = -62135596800;
  expect(imageHistory(world.deps, "app:1")).toEqual([
    { imageId: id, createdSeconds: zero, createdBy: "COPY two", comment: "second", sizeBytes: 1, tags: ["app:1"] },
    { imageId: parent, createdSeconds: zero, createdBy: "ENV", comment: "", sizeBytes: 0, tags: [] },
    { imageId: undefined, createdSeconds: 1767225600, createdBy: "COPY one", comment: "", sizeBytes: 1, tags: [] },
  ]);
});
