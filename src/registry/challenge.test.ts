import { expect, test } from "bun:test";
import { parseChallenges } from "./challenge.ts";

test("a bearer challenge gives realm, service and scope", () => {
  const header =
    'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"';
  expect(parseChallenges(header)).toEqual([
    {
      scheme: "bearer",
      parameters: {
        realm: "https://auth.example/token",
        service: "registry.example",
        scope: "repository:a/b:pull,push",
      },
    },
  ]);
});

test("several challenges in one header are told apart", () => {
  expect(parseChallenges('Basic realm="a \\"b\\"", Bearer realm=x , service="s"')).toEqual([
    { scheme: "basic", parameters: { realm: 'a "b"' } },
    { scheme: "bearer", parameters: { realm: "x", service: "s" } },
  ]);
});

test("no header and garbage give none", () => {
  expect(parseChallenges(null)).toEqual([]);
  expect(parseChallenges(", ,=")).toEqual([]);
});
