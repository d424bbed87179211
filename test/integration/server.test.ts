import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { EventLog } from "#engine/events/event-log.ts";
import { systemRouter } from "#server/router/system.ts";
import { ServerUnderTest } from "../support/api-server.ts";
import { fakeSystem } from "../support/fake-system.ts";
import { RawConnection } from "../support/raw-connection.ts";
import { type Seen, testRoutes } from "../support/test-routes.ts";

const seen: Seen = { endings: [], flooded: 0 };
const events = new EventLog();
let server: ServerUnderTest;
let greetings = 0;

beforeAll(async () => {
  const system = fakeSystem(() => {
    greetings += 1;
  });
  server = await ServerUnderTest.start([...systemRouter(system, events), ...testRoutes(seen)], {
    corsOrigin: "https://panel.example",
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const head = (method: string, path: string, ...lines: string[]) =>
  [`${method} ${path} HTTP/1.1`, "Host: docker", ...lines, "", ""].join("\r\n");

/** Sends bytes, closes the sending side when told, and returns all that comes until the server ends the connection. */
async function exchange(text: string): Promise<string> {
  const connection = await server.connect();
  connection.send(text);
  return connection.untilEnd();
}

const bodyOf = (answer: string) => answer.slice(answer.indexOf("\r\n\r\n") + 4);

describe("versions", () => {
  test("ping tells what is needed to negotiate", async () => {
    const answer = await server.fetch("/_ping");
    expect(await answer.text()).toBe("OK");
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "api-version": "1.55",
      ostype: "linux",
      server: "Docker/1.2.3 (linux)",
      "docker-experimental": "false",
      "builder-version": "1",
      swarm: "inactive",
      "cache-control": "no-cache, no-store, must-revalidate",
      pragma: "no-cache",
      "content-type": "text/plain; charset=utf-8",
    });
  });

  test("HEAD of ping has no body and no leftovers on the connection", async () => {
    const answer = await exchange(head("HEAD", "/_ping") + head("GET", "/_ping", "Connection: close"));
    expect(answer.match(/HTTP\/1.1 200 OK/g)).toHaveLength(2);
    expect(answer).toContain("Content-Length: 0\r\n");
    expect(answer.endsWith("\r\n\r\nOK")).toBe(true);
  });

  test("HEAD of ping gets the runtime ready for what a command line may want next, GET does not", async () => {
    const before = greetings;
    await (await server.fetch("/_ping")).text();
    expect(greetings).toBe(before);
    await server.fetch("/_ping", { method: "HEAD" });
    expect(greetings).toBe(before + 1);
  });

  for (const path of ["/echo/a", "/v1.20/echo/a", "/v1.55/echo/a"])
    test(`${path} is answered`, async () => {
      const version = /v([\d.]+)/.exec(path)?.[1] ?? "1.55";
      expect(await (await server.fetch(path)).json()).toMatchObject({ version });
    });

  test("a client that is too new is told the newest version, and the headers to negotiate with", async () => {
    const answer = await server.fetch("/v1.99/info");
    expect(answer.status).toBe(400);
    expect(answer.headers.get("api-version")).toBe("1.55");
    expect(await answer.json()).toEqual({
      message: "client version 1.99 is too new. Maximum supported API version is 1.55",
    });
  });

  test("a client that is too old is told so in plain text", async () => {
    const answer = await server.fetch("/v1.9/info");
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await answer.text()).toBe(
      "client version 1.9 is too old. Minimum supported API version is 1.20, please upgrade your client to a newer version\n",
    );
  });

  test("below 1.24 errors are plain text", async () => {
    const answer = await server.fetch("/v1.23/fail/not-found");
    expect([answer.status, await answer.text()]).toEqual([404, "failed: <not-found>\n"]);
  });

  test("a route that came later needs its version, one that went is not found", async () => {
    const young = await server.fetch("/v1.39/young");
    expect([young.status, await young.json()]).toEqual([
      400,
      { message: "GET /young requires minimum API version 1.40" },
    ]);
    expect((await server.fetch("/v1.40/young")).status).toBe(200);
    expect((await server.fetch("/v1.24/old")).status).toBe(200);
    expect((await server.fetch("/v1.25/old")).status).toBe(404);
  });
});

describe("errors", () => {
  for (const [kind, status] of Object.entries({
    "invalid-argument": 400,
    unauthorized: 401,
    forbidden: 403,
    "not-found": 404,
    conflict: 409,
    "not-implemented": 501,
    unavailable: 503,
    internal: 500,
  }))
    test(`${kind} is ${status}, as JSON with a bare content type and unescaped`, async () => {
      const answer = await server.fetch(`/v1.47/fail/${kind}`);
      expect(answer.status).toBe(status);
      expect(answer.headers.get("content-type")).toBe("application/json");
      expect(await answer.text()).toBe(`{"message":"failed: <${kind}>"}\n`);
    });

  test("a bug answers 500 and leaves its place in the log", async () => {
    expect((await server.fetch("/fail/bug")).status).toBe(500);
    expect(server.logged.find((line) => line.includes("level=error") && line.includes("/fail/bug"))).toContain(
      "test-routes.ts",
    );
  });

  for (const [method, path] of [
    ["GET", "/nothing"],
    ["POST", "/echo/a"],
    ["GET", "/"],
    ["GET", "/v1.47"],
  ] as const)
    test(`${method} ${path} is no page`, async () => {
      const answer = await server.fetch(path, { method });
      expect([answer.status, await answer.json()]).toEqual([404, { message: "page not found" }]);
    });

  test("a broken escape in a path is 400", async () => {
    expect(await exchange(head("GET", "/echo/%zz", "Connection: close"))).toStartWith("HTTP/1.1 400 ");
  });

  test("an operation that is not built says which one it is", async () => {
    const answer = await server.fetch("/v1.47/plugins/a/b/enable", { method: "POST" });
    expect(answer.status).toBe(501);
    expect(await answer.json()).toEqual({
      message: "POST /plugins/{name}/enable is not supported by this version of wherry",
    });
  });

  test("swarm operations answer as an engine outside a swarm", async () => {
    const answer = await server.fetch("/v1.47/services");
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      message:
        'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
    });
  });
});

describe("input", () => {
  test("paths and queries are decoded by their route", async () => {
    const answer = await server.fetch("/echo/team%2Fapp:1?flag=True&count=-5&word=a%20b+c&each=1&each=2&other=x");
    expect(await answer.json()).toEqual({
      path: { name: "team/app:1" },
      query: { flag: true, count: -5, word: "a b c", each: ["1", "2"] },
      version: "1.55",
    });
  });

  for (const value of ["", "0", "no", "False", "NONE"])
    test(`flag=${value} is false`, async () => {
      expect(await (await server.fetch(`/echo/a?flag=${value}`)).json()).toMatchObject({ query: { flag: false } });
    });

  test("a query integer that is none is refused", async () => {
    const answer = await server.fetch("/echo/a?count=x");
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { message: 'strconv.Atoi: parsing "x": invalid syntax' },
    ]);
  });

  const post = (body: string, type: string | undefined = "application/json") =>
    server.fetch("/json", { method: "POST", body, headers: type === undefined ? {} : { "Content-Type": type } });

  test("a JSON body is decoded; unknown names pass, names match in any case", async () => {
    const answer = await post('{"name":"a","Count":3,"Unknown":{}}', "application/json; charset=utf-8");
    expect([answer.status, await answer.json()]).toEqual([201, { Name: "a", Count: 3 }]);
  });

  const refusals: [string, string, string][] = [
    ['{"Name":', "application/json", "invalid JSON: unexpected EOF"],
    ["  ", "application/json", "invalid JSON: got EOF while reading request body"],
    ['{"Name":"a"} x', "application/json", "unexpected content after JSON"],
    ["{Name}", "application/json", "invalid JSON: invalid character 'N' looking for beginning of object key string"],
    ["{}", "text/plain", "unsupported Content-Type header (text/plain): must be 'application/json'"],
  ];
  for (const [body, type, message] of refusals)
    test(`${JSON.stringify(body)} as ${type} is refused: ${message}`, async () => {
      const answer = await post(body, type);
      expect([answer.status, await answer.json()]).toEqual([400, { message }]);
    });

  test("a wrong type in a JSON body is 400", async () => {
    const answer = await post('{"Name":1}');
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { message: string }).message).toContain("json: cannot unmarshal number");
  });

  test("a body without a content type is refused", async () => {
    const answer = await exchange(`${head("POST", "/json", "Connection: close", "Content-Length: 2")}{}`);
    expect(answer).toStartWith("HTTP/1.1 400 ");
    expect(answer).toContain("malformed Content-Type header (): mime: no media type");
  });

  test("no body at all is an empty object", async () => {
    expect(await (await server.fetch("/json", { method: "POST" })).json()).toEqual({});
  });

  test("a chunked JSON body is put together, wherever it is cut", async () => {
    const chunked = `${head("POST", "/json", "Connection: close", "Content-Type: application/json", "Transfer-Encoding: chunked")}5;x=y\r\n{"Nam\r\n6\r\ne":"b"\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n`;
    const connection = await server.connect();
    for (const byte of chunked) {
      connection.send(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await connection.untilEnd()).toContain('{"Name":"b"}');
  });

  test("a body that is cut short is an error and ends the connection", async () => {
    const connection = await server.connect();
    connection.send(`${head("POST", "/json", "Content-Type: application/json", "Content-Length: 10")}{"Na`);
    connection.socket.end();
    const answer = await connection.untilEnd();
    expect(answer).toStartWith("HTTP/1.1 400 ");
    expect(answer).toContain("unexpected EOF");
  });

  test("100 MiB of raw body pass with back-pressure", async () => {
    const chunk = Buffer.alloc(1024 * 1024, "x");
    async function* body() {
      for (let i = 0; i < 100; i++) yield chunk;
    }
    const answer = await server.fetch("/raw", { method: "PUT", body: body() });
    expect(await answer.json()).toEqual({ bytes: 100 * 1024 * 1024 });
  });

  test("Expect: 100-continue is answered when the body is wanted", async () => {
    const connection = await server.connect();
    connection.send(head("PUT", "/raw", "Connection: close", "Content-Length: 3", "Expect: 100-continue"));
    expect(await connection.until("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    connection.send("abc");
    expect(await connection.untilEnd()).toEndWith('{"bytes":3}\n');
  });

  test("a body that nobody wants is not asked for, and the connection is not used further", async () => {
    const answer = await exchange(head("POST", "/ignore", "Content-Length: 3", "Expect: 100-continue"));
    expect(answer).toStartWith("HTTP/1.1 204 No Content\r\n");
    expect(answer).toContain("Connection: close\r\n");
  });

  test("a small body that nobody reads does not disturb the next request", async () => {
    const answer = await exchange(
      `${head("POST", "/ignore", "Content-Length: 5")}GET /${head("GET", "/_ping", "Connection: close")}`,
    );
    expect(answer).toStartWith("HTTP/1.1 204 No Content\r\n");
    expect(answer.endsWith("\r\n\r\nOK")).toBe(true);
  });
});

describe("requests that are not HTTP", () => {
  const broken: [string, string, string][] = [
    ["no HTTP at all", "hello\r\n\r\n", "400"],
    ["no Host", "GET /_ping HTTP/1.1\r\n\r\n", "400 Bad Request: missing required Host header"],
    ["two Hosts", head("GET", "/_ping", "Host: other"), "400 Bad Request: too many Host headers"],
    ["bare line feeds", "GET /_ping HTTP/1.1\nHost: x\n\r\n\r\n", "400"],
    ["a folded header", head("GET", "/_ping", "A: b", " c"), "400"],
    ["a space before a colon", head("GET", "/_ping", "A : b"), "400"],
    ["a control character in a header", head("GET", "/_ping", "A: \x01"), "400"],
    ["HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"],
    ["an unknown expectation", head("PUT", "/raw", "Expect: tea", "Content-Length: 0"), "417"],
    ["a head of 300 KiB", head("GET", "/_ping", `A: ${"a".repeat(300 * 1024)}`), "431"],
    ["a length beside chunks", head("PUT", "/raw", "Content-Length: 3", "Transfer-Encoding: chunked"), "400"],
    ["two lengths", head("PUT", "/raw", "Content-Length: 3", "Content-Length: 4"), "400"],
    ["a signed length", head("PUT", "/raw", "Content-Length: +3"), "400"],
    ["an unknown transfer encoding", head("PUT", "/raw", "Transfer-Encoding: gzip, chunked"), "501"],
    ["chunks in HTTP/1.0", "PUT /raw HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"],
    ["a bad chunk size", `${head("PUT", "/raw", "Transfer-Encoding: chunked")}0x3\r\nabc\r\n0\r\n\r\n`, "400"],
    ["a chunk longer than told", `${head("PUT", "/raw", "Transfer-Encoding: chunked")}2\r\nabc\r\n0\r\n\r\n`, "400"],
  ];
  for (const [what, text, status] of broken)
    test(`${what}: ${status}, and nothing behind it is taken as a request`, async () => {
      const answer = await exchange(`${text}${head("GET", "/_ping")}`);
      expect(answer).toStartWith(`HTTP/1.1 ${status.slice(0, 3)} `);
      expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
      expect(answer).toContain(status);
      expect((await server.fetch("/_ping")).status).toBe(200);
    });
});

describe("connections", () => {
  test("pipelined requests are answered in their order", async () => {
    const paths = ["/echo/1", "/stream", "/echo/2", "/fail/conflict", "/echo/3"];
    const answer = await exchange(
      paths.map((path) => head("GET", path)).join("") + head("GET", "/_ping", "Connection: close"),
    );
    const order = ['"1"', "one\n", '"2"', "failed: <conflict>", '"3"', "\r\n\r\nOK"].map((text) =>
      answer.indexOf(text),
    );
    expect(order.every((at) => at > 0)).toBe(true);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test("HTTP/1.0 gets its stream up to the end of the connection", async () => {
    const answer = await exchange("GET /stream HTTP/1.0\r\n\r\n");
    expect(answer).not.toContain("Transfer-Encoding");
    expect(bodyOf(answer)).toBe("one\ntwo\n");
  });

  test("a stream's head is sent before its first byte", async () => {
    const connection = await server.connect();
    connection.send(head("GET", "/endless"));
    expect(await connection.until("\r\n\r\n")).toContain("Transfer-Encoding: chunked");
    connection.close();
  });

  test("a stream ends with an empty chunk", async () => {
    expect(bodyOf(await exchange(head("GET", "/stream", "Connection: close")))).toBe(
      "4\r\none\n\r\n4\r\ntwo\n\r\n0\r\n\r\n",
    );
  });

  test("a stream that fails in the middle is cut, not ended", async () => {
    const answer = await exchange(head("GET", "/broken"));
    expect(bodyOf(answer)).toBe("4\r\nhalf\r\n");
  });

  test("progress that fails before its first record has an error status", async () => {
    const answer = await server.fetch("/progress/early", { method: "POST" });
    expect([answer.status, await answer.json()]).toEqual([404, { message: "no such thing" }]);
  });

  test("progress that fails later ends with an error record", async () => {
    const answer = await server.fetch("/progress/late", { method: "POST" });
    expect([answer.status, await answer.text()]).toEqual([
      200,
      '{"status":"working"}\r\n{"errorDetail":{"message":"worked in vain"},"error":"worked in vain"}\r\n',
    ]);
  });

  test("the handler of a stream hears that its client has gone", async () => {
    seen.endings.length = 0;
    const connection = await server.connect();
    connection.send(head("GET", "/endless"));
    await connection.until("\r\n\r\n");
    connection.close();
    for (let i = 0; i < 100 && seen.endings.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(seen.endings).toEqual(["aborted"]);
    expect(server.api.openRequests()).toEqual([]);
  });

  test("OPTIONS and every answer carry the CORS headers that were asked for", async () => {
    const answer = await server.fetch("/v1.47/anything", { method: "OPTIONS" });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, "https://panel.example"]);
    expect((await server.fetch("/_ping")).headers.get("access-control-allow-methods")).toContain("DELETE");
  });
});

const upgrade = ["Connection: Upgrade", "Upgrade: tcp"];

describe("hijack", () => {
  test("with Upgrade: 101, bytes both ways, more output after the client's end of input", async () => {
    const connection = await server.connect();
    connection.send(head("POST", "/v1.47/attach", ...upgrade));
    expect(await connection.until("\r\n\r\n")).toBe(
      "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
    );
    connection.send("hello");
    await connection.until("HELLO");
    connection.socket.end("bye");
    expect(await connection.untilEnd()).toEndWith("HELLOBYE<end of input><goodbye>");
  });

  test("without Upgrade: 200 without a length", async () => {
    const connection = await server.connect();
    connection.send(head("POST", "/attach"));
    expect(await connection.until("\r\n\r\n")).toBe(
      "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n",
    );
    connection.socket.end("bye");
    expect(await connection.untilEnd()).toEndWith("BYE<end of input><goodbye>");
  });

  for (const lines of [upgrade, []])
    test(`bytes sent early, with the request and its end of input, are kept (${lines.length ? "101" : "200"})`, async () => {
      const connection = await server.connect();
      connection.socket.end(`${head("POST", "/attach", ...lines)}early`);
      expect(await connection.untilEnd()).toEndWith("\r\n\r\nEARLY<end of input><goodbye>");
    });

  for (const [what, lines, body] of [
    ["a length", ["Content-Length: 12"], '{"Name":"x"}'],
    ["chunks", ["Transfer-Encoding: chunked"], 'c\r\n{"Name":"x"}\r\n0\r\n\r\n'],
  ] as const)
    test(`a body with ${what} is read first; what comes behind it is input`, async () => {
      const connection = await server.connect();
      const request = head("POST", "/start", "Content-Type: application/json", ...upgrade, ...lines);
      connection.socket.end(`${request}${body}early input`);
      const answer = await connection.untilEnd();
      expect(answer).toContain("Content-Type: application/vnd.docker.multiplexed-stream\r\n");
      expect(bodyOf(answer)).toBe("started x:early input");
    });

  test("without Upgrade, a chunked body that was left open is the input, unwrapped", async () => {
    const connection = await server.connect();
    connection.send(`${head("POST", "/attach", "Transfer-Encoding: chunked")}3\r\nabc\r\n`);
    await connection.until("ABC");
    connection.send("3\r\ndef\r\n0\r\n\r\n");
    expect(await connection.untilEnd()).toEndWith("\r\n\r\nABCDEF<end of input><goodbye>");
  });

  test("a refusal before the stream is an ordinary answer, and the connection goes on", async () => {
    const answer = await exchange(
      head("POST", "/attach?refuse=1", ...upgrade) + head("GET", "/_ping", "Connection: close"),
    );
    expect(answer).toStartWith("HTTP/1.1 409 Conflict\r\n");
    expect(answer).toContain('{"message":"not now"}');
    expect(answer).toEndWith("\r\n\r\nOK");
  });

  test("a slow reader holds the writer back, and gets every byte", async () => {
    const connection = await server.connect();
    connection.socket.pause();
    connection.send(head("POST", "/flood", ...upgrade));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(seen.flooded).toBeLessThan(16 * 1024 * 1024);
    let bytes = 0;
    connection.socket.removeAllListeners("data");
    connection.socket.on("data", (chunk: Buffer) => (bytes += chunk.length));
    connection.socket.resume();
    await connection.untilEnd(20_000);
    expect(bytes).toBeGreaterThanOrEqual(64 * 1024 * 1024);
  }, 30_000);

  test("the handler hears that the client has gone", async () => {
    seen.endings.length = 0;
    const connection = await server.connect();
    connection.send(head("POST", "/attach", ...upgrade));
    await connection.until("\r\n\r\n");
    connection.close();
    for (let i = 0; i < 100 && seen.endings.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(seen.endings).toEqual(["closed"]);
  });
});

describe("events", () => {
  test("live events come as lines, remembered ones first, filtered", async () => {
    events.publish({ type: "container", action: "die", id: "c1", attributes: { image: "busybox", exitCode: "0" } });
    const connection = await server.connect();
    connection.send(head("GET", `/v1.47/events?since=0&filters=${encodeURIComponent('{"type":["container"]}')}`));
    await connection.until('"Action":"die"');
    events.publish({ type: "image", action: "pull", id: "i1", attributes: {} });
    events.publish({ type: "container", action: "destroy", id: "c1", attributes: { image: "busybox" } });
    const answer = await connection.until('"Action":"destroy"');
    expect(answer).toContain("Content-Type: application/json\r\n");
    expect(answer).toMatch(/"status":"die","id":"c1","from":"busybox".*"timeNano":\d{19}\}\n/);
    expect(answer).not.toContain("pull");
    connection.close();
  });

  test("an end in the past replays and ends", async () => {
    const answer = await server.fetch(`/v1.52/events?since=0&until=${Date.now() / 1000 + 0.001}`);
    expect(answer.headers.get("content-type")).toBe("application/jsonl");
    const lines = (await answer.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ Action }) => Action)).toContain("pull");
    expect(lines[0]).not.toHaveProperty("status");
  });

  test("json-seq is given to those who ask for it", async () => {
    const answer = await server.fetch("/events?since=0&until=1", { headers: { Accept: "application/json-seq" } });
    expect(answer.headers.get("content-type")).toBe("application/json-seq");
  });
});

describe("listeners", () => {
  test("a unix socket is for root and its group only", () => {
    expect(statSync(server.socketPath).mode & 0o777).toBe(0o660);
  });

  test("an unknown group is refused, and nothing is left behind", async () => {
    const path = `${server.folder}/group.sock`;
    const failed = server.listen({ kind: "unix", path }, { group: "no-such-group" });
    expect(failed).rejects.toThrow("Group no-such-group not found");
    await failed.catch(() => undefined);
    expect(() => statSync(path)).toThrow();
  });

  test("a port in use is told with its address", async () => {
    const first = await server.listen({ kind: "tcp", host: "127.0.0.1", port: 0 });
    const second = server.listen({ kind: "tcp", host: "127.0.0.1", port: first.port! });
    expect(second).rejects.toThrow(`listen tcp 127.0.0.1:${first.port}: `);
    await second.catch(() => undefined);
    const answer = await fetch(`http://127.0.0.1:${first.port}/_ping`);
    expect(await answer.text()).toBe("OK");
    await first.close();
  });

  test("requests made before the daemon is ready wait for it", async () => {
    await using early = new ServerUnderTest();
    await early.listen({ kind: "unix", path: early.socketPath });
    const connection = await RawConnection.open({ path: early.socketPath });
    connection.send(head("GET", "/echo/early", "Connection: close"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(connection.text).toBe("");
    expect(early.api.openRequests().map(({ request }) => request)).toEqual(["GET /echo/early"]);
    early.api.serve(testRoutes());
    expect(await connection.untilEnd()).toContain('{"name":"early"}');
  });

  test("closing answers what is in progress, ends idle connections and removes the socket", async () => {
    const closing = await ServerUnderTest.start(testRoutes());
    const idle = await closing.connect();
    const busy = await closing.connect();
    busy.send(head("PUT", "/raw", "Content-Length: 3"));
    await new Promise((resolve) => setTimeout(resolve, 30));
    const done = closing.api.close(5);
    await idle.untilEnd();
    busy.send("abc");
    expect(await busy.untilEnd()).toEndWith('{"bytes":3}\n');
    await done;
    await closing[Symbol.asyncDispose]();
    expect(() => statSync(closing.socketPath)).toThrow();
  });
});
