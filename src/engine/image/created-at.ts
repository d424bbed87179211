import type { ImageConfig } from "#formats/image-config/image-config.ts";

/** Docker's zero time in seconds: what an image without a date shows. */
export const zeroTimeSeconds = -62135596800;

/** When an image was made, in milliseconds since 1970; undefined when it does not say. */
export function createdAt({ created }: Pick<ImageConfig, "created">): number | undefined {
  const milliseconds = Date.parse(created ?? "");
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

export const createdSeconds = (config: Pick<ImageConfig, "created">): number => {
  const milliseconds = createdAt(config);
  return milliseconds === undefined ? zeroTimeSeconds : Math.floor(milliseconds / 1000);
};
