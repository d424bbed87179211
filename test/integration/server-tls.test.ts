import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { ServerUnderTest } from "../support/api-server.ts";
import { type Certificate, CertificateAuthority } from "../support/certificates.ts";
import { RawConnection } from "../support/raw-connection.ts";
import { testRoutes } from "../support/test-routes.ts";

const folder = mkdtempSync(join(tmpdir(), "wherry-tls-"));
const otherFolder = mkdtempSync(join(tmpdir(), "wherry-tls-"));
let server: ServerUnderTest;
let authority: CertificateAuthority;
let client: Certificate;
let port: number;
let openPort: number;

beforeAll(async () => {
  authority = new CertificateAuthority(folder, "wherry-test");
  const own = authority.issue("server");
  client = authority.issue("client");
  server = await ServerUnderTest.start(testRoutes());
  const place = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
  port = (await server.listen(place, { tls: { ...own, ca: authority.certificate } })).port!;
  openPort = (await server.listen(place, { tls: own })).port!;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  for (const path of [folder, otherFolder]) rmSync(path, { recursive: true, force: true });
});

const fetchTls = (at: number, certificate?: Certificate) =>
  fetch(`https://127.0.0.1:${at}/echo/a`, { tls: { ca: authority.certificate, ...certificate } });

test("a client with a certificate of the authority is served", async () => {
  expect((await fetchTls(port, client)).status).toBe(200);
});

test("a client without a certificate is refused", async () => {
  const failed = fetchTls(port);
  expect(failed).rejects.toThrow();
  await failed.catch(() => undefined);
});

test("a client with a stranger's certificate is refused", async () => {
  const stranger = new CertificateAuthority(otherFolder, "stranger").issue("client");
  const failed = fetchTls(port, stranger);
  expect(failed).rejects.toThrow();
  await failed.catch(() => undefined);
});

test("without an authority to check them, clients need no certificate", async () => {
  expect((await fetchTls(openPort)).status).toBe(200);
});

test("a client that does not speak TLS is dropped, and the listener goes on", async () => {
  const plain = await RawConnection.open({ host: "127.0.0.1", port });
  plain.send("GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n");
  expect(await plain.untilEnd()).not.toContain("HTTP/1.1 200");
  expect((await fetchTls(port, client)).status).toBe(200);
});

test("a hijack over TLS keeps early bytes and goes on after the client's end of input", async () => {
  const socket: TLSSocket = connect({
    host: "127.0.0.1",
    port,
    ca: authority.certificate,
    ...client,
    allowHalfOpen: true,
  } as object);
  await new Promise<void>((resolve, reject) => {
    socket.once("secureConnect", () => resolve());
    socket.once("error", reject);
  });
  const connection = new RawConnection(socket);
  connection.send("POST /attach HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly");
  await connection.until("EARLY");
  socket.end(" late");
  expect(await connection.untilEnd()).toEndWith("EARLY LATE<end of input><goodbye>");
});
