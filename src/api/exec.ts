import { json, route } from "./route.ts";
import { ExecCreate, type ExecInspect, ExecStart } from "./types/container.ts";

/** Processes started inside running containers. */
export const execApi = {
  create: route("POST", "/containers/{id}/exec", { body: ExecCreate, returns: json<{ Id: string }>() }),
  start: route("POST", "/exec/{id}/start", { body: ExecStart, upgrade: "tcp" }),
  resize: route("POST", "/exec/{id}/resize", { query: { h: "string", w: "string" } }),
  inspect: route("GET", "/exec/{id}/json", { returns: json<ExecInspect>() }),
};
