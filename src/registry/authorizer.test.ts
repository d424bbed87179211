import { afterEach, expect, test } from "bun:test";
import { requestToken } from "./authorizer.ts";
import { RegistryError } from "./registry-service.ts";
import type { OutgoingRequest } from "./transport.ts";

const credentials = { username: "ann", password: "secret", identityToken: "", registryToken: "" };
const sent: OutgoingRequest[] = [];
afterEach(() => sent.splice(0));

/** Answers every request with `body`; "inside" is an insecure host by configuration. */
const transport = (body: string | ReadableStream<Uint8Array> = '{"token":"t"}') => ({
  isInsecure: async (authority: string) => authority === "inside:5001",
  send: async (request: OutgoingRequest) => {
    sent.push(request);
    return new Response(body);
  },
});

const ask = (realm: string, given: object | undefined, body?: string | ReadableStream<Uint8Array>) =>
  requestToken(
    transport(body),
    { scheme: "bearer", parameters: { realm } },
    { scope: "repository:a:pull", credentials: given as typeof credentials | undefined },
    new AbortController().signal,
  );

test.each([credentials, { ...credentials, username: "", password: "", identityToken: "identity" }])(
  "no credentials go to a token server over plain http",
  async (given) => {
    const failure = await ask("http://auth.example/token", given).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RegistryError);
    expect((failure as RegistryError).message).toContain("plain http");
    expect((failure as RegistryError).message).not.toContain("secret");
    expect(sent).toEqual([]);
  },
);

test("they do over https, and to hosts configured as insecure", async () => {
  await ask("https://auth.example/token", credentials);
  await ask("http://inside:5001/token", credentials);
  const basic = `Basic ${btoa("ann:secret")}`;
  expect(sent.map(({ headers }) => headers?.["Authorization"])).toEqual([basic, basic]);
});

test("who has none may ask anywhere", async () => {
  expect(await ask("http://auth.example/token", undefined)).toMatchObject({ token: "t" });
  expect(sent[0]?.headers?.["Authorization"]).toBeUndefined();
});

test("an endless answer of a token server is given up", async () => {
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      pulled += 1;
      if (pulled > 1000) controller.error(new Error("read on and on"));
      else controller.enqueue(new Uint8Array(64 * 1024));
    },
  });
  const failure = await ask("https://auth.example/token", undefined, endless).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: "RegistryError" });
  expect(pulled).toBeLessThan(100);
});
