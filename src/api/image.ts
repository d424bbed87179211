import { json, route } from "./route.ts";
import type { ImageDeleted, ImageHistoryItem, ImageInspect, ImageSummary } from "./types/image.ts";

/** Images. `{name...}` holds slashes: `localhost:5000/team/app:1`. */
export const imageApi = {
  list: route("GET", "/images/json", {
    query: {
      all: "boolean",
      filters: "string",
      filter: "string",
      digests: "boolean",
      "shared-size": "boolean",
      manifests: "boolean",
    },
    returns: json<readonly ImageSummary[]>(),
  }),
  /** Pull (fromImage) or import (fromSrc). Answers a progress stream. */
  create: route("POST", "/images/create", {
    query: {
      fromImage: "string",
      fromSrc: "string",
      repo: "string",
      tag: "string",
      message: "string",
      changes: "strings",
      platform: "string",
    },
    rawBody: true,
  }),
  inspect: route("GET", "/images/{name...}/json", {
    query: { platform: "string", manifests: "boolean" },
    returns: json<ImageInspect>(),
  }),
  history: route("GET", "/images/{name...}/history", {
    query: { platform: "string" },
    returns: json<readonly ImageHistoryItem[]>(),
  }),
  tag: route("POST", "/images/{name...}/tag", { query: { repo: "string", tag: "string", force: "boolean" } }),
  remove: route("DELETE", "/images/{name...}", {
    query: { force: "boolean", noprune: "boolean" },
    returns: json<readonly ImageDeleted[]>(),
  }),
};
