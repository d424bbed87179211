import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Endpoint } from "#platform/http/client-connection.ts";
import { HttpClient } from "#platform/http/http-client.ts";
import { ServerUnderTest } from "../support/api-server.ts";
import { type Certificate, CertificateAuthority } from "../support/certificates.ts";
import { type Seen, testRoutes } from "../support/test-routes.ts";

const folder = mkdtempSync(join(tmpdir(), "wherry-client-"));
const otherFolder = mkdtempSync(join(tmpdir(), "wherry-client-"));
const seen: Seen = { endings: [], flooded: 0 };
let server: ServerUnderTest;
let authority: CertificateAuthority;
let certificate: Certificate;
let tlsPort: number;

beforeAll(async () => {
  authority = new CertificateAuthority(folder, "wherry-test");
  certificate = authority.issue("client");
  server = await ServerUnderTest.start(testRoutes(seen));
  const tls = { ...authority.issue("server"), ca: authority.certificate };
  tlsPort = (await server.listen({ kind: "tcp", host: "127.0.0.1", port: 0 }, { tls })).port!;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  for (const path of [folder, otherFolder]) rmSync(path, { recursive: true, force: true });
});

const unix = () => new HttpClient({ unix: server.socketPath });
const json = { "Content-Type": "application/json" };

async function* pieces(count: number, bytes: number) {
  for (let index = 0; index < count; index++) yield Buffer.alloc(bytes, index);
}

async function textOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of source) text += Buffer.from(chunk).toString("utf8");
  return text;
}

test("answers of known and of chunked length are read whole, over one connection", async () => {
  const client = unix();
  const body = Buffer.from(JSON.stringify({ Name: "web", Count: 3, List: ["a"] }));
  const created = await client.request({ method: "POST", target: "/json", headers: json, body });
  expect([created.status, JSON.parse(await created.text())]).toEqual([201, { Name: "web", Count: 3, List: ["a"] }]);
  expect(await (await client.request({ method: "GET", target: "/stream" })).text()).toBe("one\ntwo\n");
  expect((await client.request({ method: "POST", target: "/ignore" })).status).toBe(204);
});

test("a body that is a stream is sent in chunks", async () => {
  const answer = await unix().request({ method: "PUT", target: "/raw", body: pieces(50, 100_000) });
  expect(JSON.parse(await answer.text())).toEqual({ bytes: 5_000_000 });
});

test("a stream that nobody wants any more is dropped", async () => {
  const before = seen.endings.length;
  const answer = await unix().request({ method: "GET", target: "/endless" });
  answer.body.cancel();
  for (let i = 0; i < 100 && seen.endings.length === before; i++) await Bun.sleep(10);
  expect(seen.endings.at(-1)).toBe("aborted");
});

describe("over TLS", () => {
  const at = (tls: Extract<Endpoint, { port: number }>["tls"]) =>
    new HttpClient({ hostname: "127.0.0.1", port: tlsPort, tls });
  const ping = { method: "GET", target: "/echo/a" };

  test("a verified server is spoken to with our certificate", async () => {
    const answer = await at({ verify: true, ca: authority.certificate, ...certificate }).request(ping);
    expect(answer.status).toBe(200);
  });

  test("a server of another authority is refused, unless nothing is to be verified", async () => {
    const ca = new CertificateAuthority(otherFolder, "stranger").certificate;
    const refused = at({ verify: true, ca, ...certificate }).request(ping);
    expect(refused).rejects.toThrow("tls: failed to verify certificate: ");
    await refused.catch(() => undefined);
    expect((await at({ verify: false, ca, ...certificate }).request(ping)).status).toBe(200);
  });

  test("a server that wants a certificate and gets none ends the connection", async () => {
    const refused = at({ verify: true, ca: authority.certificate }).request(ping);
    expect(refused).rejects.toThrow();
    await refused.catch(() => undefined);
  });
});

describe("a peer that breaks the rules", () => {
  let peer: Server;
  let answer: (socket: Socket) => void;
  const path = join(folder, "peer.sock");

  beforeAll(async () => {
    peer = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => answer(socket));
    });
    await new Promise<void>((resolve) => peer.listen(path, resolve));
  });
  afterAll(() => peer.close());

  const client = () => new HttpClient({ unix: path });
  const get = { method: "GET", target: "/" };

  test.each([
    ["closes without an answer", "", "EOF"],
    ["speaks another protocol", "220 smtp ready\r\n\r\n", "malformed HTTP response"],
  ])("%s: the request fails", async (_, bytes, message) => {
    answer = (socket) => socket.end(bytes);
    const failed = client().request(get);
    expect(failed).rejects.toThrow(message);
    await failed.catch(() => undefined);
  });

  test("sends broken chunks: reading fails", async () => {
    answer = (socket) => socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nnonsense\r\n");
    const failed = (await client().request(get)).text();
    expect(failed).rejects.toThrow("malformed chunked encoding");
    await failed.catch(() => undefined);
  });

  test("closes in the middle of a body: reading fails instead of ending early", async () => {
    answer = (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
    const failed = (await client().request(get)).text();
    expect(failed).rejects.toThrow("unexpected EOF");
    await failed.catch(() => undefined);
  });

  test("closes a kept connection: the next request goes over a new one", async () => {
    answer = (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      socket.once("data", () => socket.destroy());
    };
    const kept = client();
    expect(await (await kept.request(get)).text()).toBe("ok");
    expect(await (await kept.request(get)).text()).toBe("ok");
  });

  test("sends interim answers first: they are passed over", async () => {
    answer = (socket) => socket.end("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    expect(await (await client().request(get)).text()).toBe("ok");
  });

  test("hijacks: bytes behind the head belong to the stream, and both directions end for themselves", async () => {
    answer = (socket) => {
      socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello ");
      socket.on("data", (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
      socket.on("end", () => socket.end("!"));
    };
    const headers = { Connection: "Upgrade", Upgrade: "tcp" };
    const stream = (await client().request({ method: "POST", target: "/attach", headers })).stream();
    await stream.write(Buffer.from("world"));
    stream.endWrite();
    expect(await textOf(stream.source)).toBe("hello WORLD!");
  });
});

test("without a listener the system's own error is thrown", async () => {
  const failed = new HttpClient({ unix: join(folder, "nobody.sock") }).request({ method: "GET", target: "/" });
  expect(failed).rejects.toMatchObject({ code: "ENOENT" });
  await failed.catch(() => undefined);
});
