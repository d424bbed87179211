import packageJson from "../../../package.json" with { type: "json" };

/** What this program is: filled by `bun build --define`, with honest words when run from source. */
export const buildInfo = {
  version: packageJson.version,
  commit: process.env.WHERRY_BUILD_COMMIT ?? "unknown",
  /** RFC 3339; empty when run from source. */
  time: process.env.WHERRY_BUILD_TIME ?? "",
  runtime: `bun${process.versions.bun ?? ""}`,
} as const;
