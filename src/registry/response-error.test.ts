import { expect, test } from "bun:test";
import { responseError } from "./response-error.ts";

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  responseError(new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers }));
const errors = (...list: { code: string; message?: string }[]) => ({ errors: list });

test("the registry's code decides, its message is told", async () => {
  expect(await answer(404, errors({ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }))).toMatchObject({
    failure: "manifest-unknown",
    message: "manifest unknown: manifest unknown",
  });
  expect(await answer(401, errors({ code: "UNAUTHORIZED" }))).toMatchObject({
    failure: "unauthorized",
    message: "unauthorized: authentication required",
  });
});

test("of several errors the first is told", async () => {
  const body = errors({ code: "DENIED", message: "a" }, { code: "UNAUTHORIZED", message: "b" });
  expect(await answer(401, body)).toMatchObject({ failure: "denied", message: "denied: a" });
});

test("a token without the needed scope means denied", async () => {
  const header = { "www-authenticate": 'Bearer realm="x",error="insufficient_scope"' };
  expect(await answer(401, "", header)).toMatchObject({
    failure: "denied",
    message: "denied: requested access to the resource is denied",
  });
});

test("docker's token server tells details", async () => {
  expect(await answer(401, { details: "incorrect username or password" })).toMatchObject({
    failure: "unauthorized",
    message: "unauthorized: incorrect username or password",
  });
});

test("an answer that says nothing is told by its status", async () => {
  expect(await answer(503, "oops")).toMatchObject({
    failure: "other",
    message: "received unexpected HTTP status: 503",
  });
  expect((await answer(404, "<html>")).message).toContain("error parsing HTTP 404 response body");
  expect(await answer(401, "")).toMatchObject({ failure: "unauthorized" });
});
