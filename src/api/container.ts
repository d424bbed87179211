import { json, route } from "./route.ts";
import {
  ContainerCreate,
  type ContainerCreated,
  type ContainerInspect,
  type ContainerSummary,
  ContainerUpdate,
  type ContainerWaited,
  type TopResult,
} from "./types/container.ts";

/** Containers: the server must answer all of these, the client may call all of these. */
export const containerApi = {
  list: route("GET", "/containers/json", {
    query: { all: "boolean", limit: "integer", size: "boolean", filters: "string", since: "string", before: "string" },
    returns: json<readonly ContainerSummary[]>(),
  }),
  create: route("POST", "/containers/create", {
    query: { name: "string", platform: "string" },
    body: ContainerCreate,
    bodyRequired: true,
    returns: json<ContainerCreated>(),
  }),
  inspect: route("GET", "/containers/{id}/json", { query: { size: "boolean" }, returns: json<ContainerInspect>() }),
  top: route("GET", "/containers/{id}/top", { query: { ps_args: "string" }, returns: json<TopResult>() }),
  logs: route("GET", "/containers/{id}/logs", {
    query: {
      follow: "boolean",
      stdout: "boolean",
      stderr: "boolean",
      since: "string",
      until: "string",
      timestamps: "boolean",
      tail: "string",
      details: "boolean",
    },
  }),
  // As text: the operation has words of its own for numbers that are none.
  resize: route("POST", "/containers/{id}/resize", { query: { h: "string", w: "string" } }),
  start: route("POST", "/containers/{id}/start", { query: { detachKeys: "string", checkpoint: "string" } }),
  stop: route("POST", "/containers/{id}/stop", { query: { t: "integer", signal: "string" } }),
  restart: route("POST", "/containers/{id}/restart", { query: { t: "integer", signal: "string" } }),
  kill: route("POST", "/containers/{id}/kill", { query: { signal: "string" } }),
  update: route("POST", "/containers/{id}/update", {
    body: ContainerUpdate,
    returns: json<{ Warnings: readonly string[] }>(),
    since: "1.22",
  }),
  rename: route("POST", "/containers/{id}/rename", { query: { name: "string" } }),
  pause: route("POST", "/containers/{id}/pause"),
  unpause: route("POST", "/containers/{id}/unpause"),
  attach: route("POST", "/containers/{id}/attach", {
    query: {
      detachKeys: "string",
      logs: "boolean",
      stream: "boolean",
      stdin: "boolean",
      stdout: "boolean",
      stderr: "boolean",
    },
    upgrade: "tcp",
  }),
  wait: route("POST", "/containers/{id}/wait", {
    query: { condition: "string" },
    returns: json<ContainerWaited>(),
  }),
  remove: route("DELETE", "/containers/{id}", { query: { v: "boolean", force: "boolean", link: "boolean" } }),
};
