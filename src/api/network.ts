import { json, route } from "./route.ts";
import type { NetworkInspect } from "./types/network.ts";

export const networkApi = {
  list: route("GET", "/networks", {
    query: { filters: "string" },
    returns: json<readonly NetworkInspect[]>(),
    since: "1.21",
  }),
  inspect: route("GET", "/networks/{id}", {
    query: { verbose: "boolean", scope: "string" },
    returns: json<NetworkInspect>(),
    since: "1.21",
  }),
  remove: route("DELETE", "/networks/{id}", { since: "1.21" }),
};
