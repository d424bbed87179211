import { type Platform, PlatformError, parsePlatform } from "#formats/manifest/platform.ts";
import type { ImageDeps } from "./image-deps.ts";
import { invalidPlatform } from "./image-errors.ts";

/** What the client asked for, else the host's. Throws `image.invalid-platform` in docker's words. */
export function requestedPlatform({ platform }: Pick<ImageDeps, "platform">, text: string): Platform {
  if (text === "") return platform;
  try {
    return parsePlatform(text, platform);
  } catch (error) {
    if (error instanceof PlatformError) throw invalidPlatform(error);
    throw error;
  }
}
