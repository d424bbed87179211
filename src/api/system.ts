import { json, route } from "./route.ts";
import { AuthConfig, type AuthResult, type Info, type Version } from "./types/system.ts";

export const systemApi = {
  ping: route("GET", "/_ping"),
  pingHead: route("HEAD", "/_ping"),
  version: route("GET", "/version", { returns: json<Version>() }),
  info: route("GET", "/info", { returns: json<Info>() }),
  auth: route("POST", "/auth", { body: AuthConfig, returns: json<AuthResult>() }),
  events: route("GET", "/events", { query: { since: "string", until: "string", filters: "string" } }),
};
