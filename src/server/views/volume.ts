import type { Volume } from "#api/types/volume.ts";
import type { VolumeRecord } from "#engine/volume/volume-record.ts";

/** Times of volumes are whole seconds. */
export const volumeView = (record: VolumeRecord, mountpoint: string): Volume => ({
  CreatedAt: record.createdAt.replace(/\.\d+Z$/, "Z"),
  Driver: "local",
  Labels: record.labels,
  Mountpoint: mountpoint,
  Name: record.name,
  Options: null,
  Scope: "local",
});
