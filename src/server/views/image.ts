import type { ImageHistoryItem, ImageInspect, ImageSummary } from "#api/types/image.ts";
import { atLeast } from "#api/version.ts";
import type { HistoryStep, InspectedImage, ListedImage } from "#engine/image/image-service.ts";

const zeroTime = "0001-01-01T00:00:00Z";
const zeroTimeSeconds = -62135596800;

/** One element of GET /images/json. */
export function imageSummary(listed: ListedImage, version: string): ImageSummary {
  const { image, tags, digests, containers, sharedSizeBytes } = listed;
  const isUnnamed = tags.length === 0 && digests.length === 0;
  // Clients of old told unnamed images by these words.
  const named =
    isUnnamed && !atLeast(version, "1.43") ? { tags: ["<none>:<none>"], digests: ["<none>@<none>"] } : listed;
  return {
    Containers: atLeast(version, "1.51") ? containers : -1,
    Created: secondsOf(image.config.created),
    Id: image.id,
    Labels: image.config.config.Labels ?? null,
    ParentId: image.parent ?? "",
    RepoDigests: named.digests,
    RepoTags: named.tags,
    SharedSize: sharedSizeBytes,
    Size: image.sizeBytes,
    ...(atLeast(version, "1.44") ? {} : { VirtualSize: image.sizeBytes }),
  };
}

/** GET /images/{name}/json. */
export function imageInspect({ image, tags, digests, storage }: InspectedImage, version: string): ImageInspect {
  const { config } = image;
  const created = config.created ?? (atLeast(version, "1.44") ? undefined : zeroTime);
  const texts = {
    Parent: image.parent ?? "",
    Comment: config.comment ?? "",
    DockerVersion: config.docker_version ?? "",
    Author: config.author ?? "",
  };
  return {
    Id: image.id,
    RepoTags: tags,
    RepoDigests: digests,
    ...(atLeast(version, "1.52") ? nonEmpty(texts) : texts),
    ...(created === undefined ? {} : { Created: created }),
    ...(atLeast(version, "1.45") ? {} : buildContainer(config.container, config.container_config)),
    Config: configView(config.config, version),
    Architecture: config.architecture,
    ...(config.variant === undefined ? {} : { Variant: config.variant }),
    Os: config.os,
    Size: image.sizeBytes,
    ...(atLeast(version, "1.44") ? {} : { VirtualSize: image.sizeBytes }),
    GraphDriver: { Data: storage.data, Name: storage.name },
    RootFS: {
      Type: "layers",
      ...(config.rootfs.diff_ids.length === 0 ? {} : { Layers: config.rootfs.diff_ids }),
    },
    Metadata: { LastTagTime: image.lastTaggedAt ?? zeroTime },
  };
}

/** One step of GET /images/{name}/history. */
export function imageHistoryItem(step: HistoryStep): ImageHistoryItem {
  return {
    Comment: step.comment,
    Created: step.createdSeconds,
    CreatedBy: step.createdBy,
    Id: step.imageId ?? "<missing>",
    Size: step.sizeBytes,
    Tags: step.tags.length === 0 ? null : step.tags,
  };
}

type Config = InspectedImage["image"]["config"]["config"];

/** What every version shows, set or not; the other fields of a config appear only when they are set. */
const alwaysShown = {
  Cmd: null,
  Entrypoint: null,
  Env: null,
  Labels: null,
  OnBuild: null,
  User: "",
  Volumes: null,
  WorkingDir: "",
};
/** Fields of containers that images never had a use for. */
const ofContainers = {
  AttachStderr: false,
  AttachStdin: false,
  AttachStdout: false,
  Domainname: "",
  Hostname: "",
  Image: "",
  OpenStdin: false,
  StdinOnce: false,
  Tty: false,
};

function configView(config: Config, version: string): Readonly<Record<string, unknown>> {
  if (atLeast(version, "1.52")) return nonEmpty(config);
  if (atLeast(version, "1.50")) return { ...alwaysShown, ...config };
  return { ...ofContainers, ...alwaysShown, ...config };
}

const buildContainer = (id: string | undefined, config: Readonly<Record<string, unknown>> | undefined) => ({
  ...(id ? { Container: id } : {}),
  ContainerConfig: { ...ofContainers, ...alwaysShown, ...config },
});

/** As Go's omitempty: without empty texts, lists and objects. */
function nonEmpty<T extends object>(fields: T): Partial<T> {
  const isEmpty = (value: unknown) =>
    value === "" || value === false || value === null || (typeof value === "object" && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value))) as Partial<T>;
}

function secondsOf(created: string | undefined): number {
  const milliseconds = Date.parse(created ?? zeroTime);
  return Number.isNaN(milliseconds) ? zeroTimeSeconds : Math.floor(milliseconds / 1000);
}
