import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { coverage } from "#api/coverage.ts";
import { operations } from "#api/operations.ts";
import { tables } from "#api/tables.ts";
import { compareVersions, maxApiVersion, minApiVersion } from "#api/version.ts";
import type { HttpExchange } from "#platform/http/exchange.ts";
import type { AnyHandler } from "#server/handlers.ts";
import { replyText } from "#server/reply.ts";
import { coverageTable } from "../../scripts/generate-api-coverage.ts";
import { ServerUnderTest } from "../support/api-server.ts";

/** Answers with the name of the route that was reached. */
const stub =
  (name: string): AnyHandler =>
  () =>
    replyText(299, name);

let server: ServerUnderTest;
beforeAll(async () => {
  const answers = Object.values(tables).flatMap((table) =>
    Object.values(table).map((route) => ({ route, handler: stub(`${route.method} ${route.path}`) })),
  );
  server = await ServerUnderTest.start(answers);
});
afterAll(() => server[Symbol.asyncDispose]());

/** A request for an operation, with names as clients send them. */
function request(method: HttpExchange["head"]["method"], path: string, version: string): Promise<Response> {
  const name = path.startsWith("/images") ? "localhost:5000/team/app:1.0" : "some-name_1.x";
  const hasBody = Object.values(tables).some((table) =>
    Object.values(table).some((route) => route.method === method && route.path === path && route.options.bodyRequired),
  );
  const body = hasBody ? { body: "{}", headers: { "Content-Type": "application/json" } } : {};
  return server.fetch(`/v${version}${path.replace(/\{[^}]*\}/g, name)}`, { method, ...body });
}

test("108 operations of 15 resources are known", () => {
  expect(Object.keys(operations)).toHaveLength(15);
  expect(Object.values(operations).flat()).toHaveLength(108);
});

describe("each published operation is answered as the coverage table says", () => {
  for (const { operation, state, route } of coverage()) {
    const { method, path, since } = operation;
    test(`${method} ${path}: ${state}`, async () => {
      const answer = await request(method, path, maxApiVersion);
      if (state === "built") {
        expect(answer.status).toBe(299);
        if (method !== "HEAD") expect(await answer.text()).toBe(`${route!.method} ${route!.path}`);
        return;
      }
      expect(answer.status).toBe(state === "not-built" ? 501 : 503);
      if (method === "HEAD") return;
      const { message } = (await answer.json()) as { message: string };
      expect(message).toContain(state === "not-built" ? `${method} ${path}` : "This node is not a swarm manager.");
    });

    if (compareVersions(since, minApiVersion) > 0 && state !== "built")
      test(`${method} ${path} is refused below ${since}`, async () => {
        const [major, minor] = since.split(".");
        const answer = await request(method, path, `${major}.${Number(minor) - 1}`);
        expect(answer.status).toBe(400);
        if (method !== "HEAD") expect(await answer.text()).toContain(`requires minimum API version ${since}`);
      });
  }
});

test("every route is a published operation, or one of the few that only old or new clients use", () => {
  const built = new Set(coverage().map(({ route }) => route));
  const others = Object.values(tables)
    .flatMap((table) => Object.values(table))
    .filter((route) => !built.has(route))
    .map(({ method, path }) => `${method} ${path}`);
  expect(others).toEqual([]);
});

test("docs/api-coverage.md is up to date (bun scripts/generate-api-coverage.ts)", () => {
  expect(readFileSync(join(import.meta.dir, "../../docs/api-coverage.md"), "utf8")).toBe(coverageTable());
});
