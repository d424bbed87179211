import { expect, test } from "bun:test";
import type { InspectedImage, ListedImage } from "#engine/image/image-service.ts";
import { imageHistoryItem, imageInspect, imageSummary } from "./image.ts";

const image: InspectedImage["image"] = {
  id: `sha256:${"a".repeat(64)}`,
  config: {
    architecture: "amd64",
    os: "linux",
    created: "2026-01-01T00:00:00.123456789Z",
    config: { Cmd: ["sh"] },
    rootfs: { type: "layers", diff_ids: [`sha256:${"1".repeat(64)}`] },
    history: [],
  },
  layers: ["1".repeat(64)],
  sizeBytes: 5,
  blobs: [],
};
const listed: ListedImage = { image, tags: [], digests: [], containers: 2, sharedSizeBytes: -1 };
const inspected: InspectedImage = { image, tags: ["a:1"], digests: [], storage: { name: "overlay2", data: null } };

test("unnamed images, the second size and the number of containers differ by version", () => {
  const old = imageSummary(listed, "1.24");
  expect(old).toMatchObject({
    RepoTags: ["<none>:<none>"],
    RepoDigests: ["<none>@<none>"],
    VirtualSize: 5,
    Containers: -1,
  });
  expect(imageSummary(listed, "1.43")).toMatchObject({ RepoTags: [], VirtualSize: 5 });
  expect(imageSummary(listed, "1.44")).not.toHaveProperty("VirtualSize");
  expect(imageSummary(listed, "1.51")).toMatchObject({
    Containers: 2,
    Created: 1767225600,
    Labels: null,
    ParentId: "",
  });
});

test("an inspected config has a container's fields below 1.50, and nothing empty from 1.52 on", () => {
  expect(imageInspect(inspected, "1.49").Config).toMatchObject({ Hostname: "", Tty: false, Cmd: ["sh"], Env: null });
  expect(imageInspect(inspected, "1.51").Config).toEqual({
    Cmd: ["sh"],
    Entrypoint: null,
    Env: null,
    Labels: null,
    OnBuild: null,
    User: "",
    Volumes: null,
    WorkingDir: "",
  });
  expect(imageInspect(inspected, "1.52").Config).toEqual({ Cmd: ["sh"] });
});

test("texts that are empty, the build container and the date differ by version", () => {
  const { created: _, ...undated } = image.config;
  const withoutDate = { ...inspected, image: { ...image, config: undated } };
  expect(imageInspect(withoutDate, "1.43")).toMatchObject({
    Created: "0001-01-01T00:00:00Z",
    ContainerConfig: { Cmd: null, Image: "" },
    Parent: "",
    VirtualSize: 5,
  });
  expect(imageInspect(withoutDate, "1.45")).not.toHaveProperty("ContainerConfig");
  expect(imageInspect(withoutDate, "1.45")).not.toHaveProperty("Created");
  expect(imageInspect(inspected, "1.52")).not.toHaveProperty("Parent");
  expect(imageInspect(inspected, "1.52").Metadata).toEqual({ LastTagTime: "0001-01-01T00:00:00Z" });
});

test("a step that is not here has no id", () => {
  const step = { imageId: undefined, createdSeconds: 1, createdBy: "x", comment: "", sizeBytes: 2, tags: [] };
  expect(imageHistoryItem(step)).toEqual({
    Id: "<missing>",
    Created: 1,
    CreatedBy: "x",
    Comment: "",
    Size: 2,
    Tags: null,
  });
});
