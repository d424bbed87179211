import { json, route } from "./route.ts";
import { type Volume, VolumeCreate } from "./types/volume.ts";

export const volumeApi = {
  list: route("GET", "/volumes", {
    query: { filters: "string" },
    returns: json<{ Volumes: readonly Volume[]; Warnings: readonly string[] | null }>(),
    since: "1.21",
  }),
  create: route("POST", "/volumes/create", { body: VolumeCreate, returns: json<Volume>(), since: "1.21" }),
  inspect: route("GET", "/volumes/{name}", { returns: json<Volume>(), since: "1.21" }),
  remove: route("DELETE", "/volumes/{name}", { query: { force: "boolean" }, since: "1.21" }),
};
