import { expect, test } from "bun:test";
import { mergeConfig } from "./merge-config.ts";

const image = { Cmd: ["serve"], Entrypoint: ["/entry"], Env: ["PATH=/bin", "A=image"], Labels: { a: "1", b: "1" } };

test("without a command of their own, users get the image's", () => {
  expect(mergeConfig({}, image)).toMatchObject({ Cmd: ["serve"], Entrypoint: ["/entry"] });
});

test("a command replaces the image's and keeps its entrypoint", () => {
  expect(mergeConfig({ Cmd: ["x"] }, image)).toMatchObject({ Cmd: ["x"], Entrypoint: ["/entry"] });
});

test("an entrypoint drops the image's command", () => {
  expect(mergeConfig({ Entrypoint: ["/mine"] }, image)).toMatchObject({ Entrypoint: ["/mine"], Cmd: undefined });
});

test("an empty entrypoint takes the image's away", () => {
  expect(mergeConfig({ Entrypoint: [""], Cmd: ["x"] }, image).Entrypoint).toBeUndefined();
  expect(mergeConfig({ Entrypoint: [], Cmd: ["x"] }, image).Entrypoint).toBeUndefined();
  expect(() => mergeConfig({ Entrypoint: [""] }, image)).toThrow("no command specified");
});

test("nothing to run is refused", () => {
  expect(() => mergeConfig({}, {})).toThrow("no command specified");
});

test("the image's variables come behind the user's, and only those that the user has not set", () => {
  expect(mergeConfig({ Env: ["A=user", "B"] }, image).Env).toEqual(["A=user", "B", "PATH=/bin"]);
});

test("labels are united, the user's word counting", () => {
  expect(mergeConfig({ Labels: { b: "2" } }, image).Labels).toEqual({ a: "1", b: "2" });
});
