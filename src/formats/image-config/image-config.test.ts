import { expect, test } from "bun:test";
import type { Digest } from "../digest/digest.ts";
import { chainIds, encodeImageConfig, isSamePlatform, parseImageConfig } from "./image-config.ts";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const diffId = (digit: string): Digest => `sha256:${digit.repeat(64)}`;

test("the first chain id is the first diff id, each next one hashes the one below with its own", () => {
  // Computed with: printf 'sha256:111… sha256:222…' | sha256sum
  expect(chainIds([diffId("1"), diffId("2")])).toEqual([
    "1".repeat(64),
    "9932074217c35353d2e03a3f5a86549f7c67bfeb0ba53e23d69f4d4c8f7958f5",
  ]);
  expect(chainIds([])).toEqual([]);
});

test("a config survives being written and read", () => {
  const config = parseImageConfig(
    bytes({
      architecture: "arm64",
      variant: "v8",
      os: "linux",
      created: "2020-01-02T03:04:05.678901234Z",
      config: { Env: ["A=b"], Cmd: ["sh"], Labels: { a: "b" }, Healthcheck: { Test: ["CMD", "x"], Retries: 3 } },
      rootfs: { type: "layers", diff_ids: [diffId("1")] },
      history: [{ created_by: "COPY", empty_layer: false }, { empty_layer: true }],
    }),
  );
  expect(config.history).toEqual([{ created_by: "COPY" }, { empty_layer: true }]);
  expect(parseImageConfig(encodeImageConfig(config))).toEqual(config);
});

test("null and missing fields mean the same", () => {
  const { config, history } = parseImageConfig(
    bytes({ rootfs: { diff_ids: null }, history: null, config: { Env: null, Cmd: null, Labels: null, Volumes: null } }),
  );
  expect(config).toEqual({});
  expect(history).toEqual([]);
});

test.each([
  ["no JSON", new TextEncoder().encode("<html>"), "invalid image config"],
  ["no rootfs", bytes({ config: {} }), "rootfs is missing"],
  ["a path as diff id", bytes({ rootfs: { diff_ids: ["../../etc"] } }), "diff_ids"],
  ["numbers for Env", bytes({ rootfs: {}, config: { Env: [1] } }), "Env is not a list of texts"],
  ["an object for Cmd", bytes({ rootfs: {}, config: { Cmd: {} } }), "Cmd is not a list of texts"],
  ["a list for Labels", bytes({ rootfs: {}, config: { Labels: ["a"] } }), "Labels is not an object"],
  ["a text for history", bytes({ rootfs: {}, history: "x" }), "history is not a list"],
])("%s is refused", (_, content, message) => {
  expect(() => parseImageConfig(content)).toThrow(message);
});

test("platforms are compared whichever way they are spelled", () => {
  const arm = { os: "linux", architecture: "arm64", variant: "" };
  expect(isSamePlatform(arm, { os: "linux", architecture: "aarch64", variant: "v8" })).toBe(true);
  expect(isSamePlatform(arm, { os: "linux", architecture: "amd64", variant: "" })).toBe(false);
});
