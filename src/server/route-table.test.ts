import { expect, test } from "bun:test";
import { route } from "#api/route.ts";
import { reply } from "./reply.ts";
import { RouteTable, router } from "./route-table.ts";

const api = {
  list: route("GET", "/images/json"),
  inspect: route("GET", "/images/{name...}/json"),
  remove: route("DELETE", "/images/{name...}"),
  logs: route("GET", "/containers/{id}/logs"),
  dotted: route("GET", "/a.b/{id}"),
};
const answer = () => reply(200);
const table = new RouteTable();
table.add(router(api, { list: answer, inspect: answer, remove: answer, logs: answer, dotted: answer }));
const find = (method: string, path: string) => {
  const match = table.find(method, path);
  return match && [match.route.path, match.path];
};

test("a route without parameters wins over one with", () => {
  expect(find("GET", "/images/json")).toEqual(["/images/json", {}]);
});

test("a name with dots takes slashes, one without does not", () => {
  expect(find("GET", "/images/localhost:5000/a/b:1/json")).toEqual([
    "/images/{name...}/json",
    { name: "localhost:5000/a/b:1" },
  ]);
  expect(find("GET", "/containers/a/logs")).toEqual(["/containers/{id}/logs", { id: "a" }]);
  expect(find("GET", "/containers/a/b/logs")).toBeUndefined();
});

test("method, end and literal characters must match", () => {
  expect(find("POST", "/images/json")).toBeUndefined();
  expect(find("GET", "/containers/a/logs/")).toBeUndefined();
  expect(find("GET", "/axb/1")).toBeUndefined();
  expect(find("DELETE", "/images/")).toBeUndefined();
  expect(find("GET", "/")).toBeUndefined();
});

test("whether an operation is built does not depend on what its parameters are called", () => {
  expect(table.has("GET", "/images/{name}/json")).toBe(true);
  expect(table.has("POST", "/images/{name}/json")).toBe(false);
});
