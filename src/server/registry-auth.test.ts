import { expect, test } from "bun:test";
import { registryAuth } from "./registry-auth.ts";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

test("user and password are read, padded or not", () => {
  const credentials = { username: "alice", password: "s", identityToken: "", registryToken: "" };
  const header = encode({ username: "alice", password: "s", serveraddress: "x" });
  expect(registryAuth(header)).toEqual(credentials);
  expect(registryAuth(`${header}==`)).toEqual(credentials);
});

test("the combined form of config.json wins", () => {
  const auth = Buffer.from("bob:a:b").toString("base64");
  expect(registryAuth(encode({ auth }))).toMatchObject({ username: "bob", password: "a:b" });
});

test("tokens are read", () => {
  expect(registryAuth(encode({ identitytoken: "i", registrytoken: "r" }))).toMatchObject({
    identityToken: "i",
    registryToken: "r",
  });
});

test("no header, an empty object and garbage all mean nobody", () => {
  for (const header of [undefined, "", "e30=", "!!!", encode([]), encode("x"), encode(null), encode({ username: 1 })])
    expect(registryAuth(header)).toBeUndefined();
});
