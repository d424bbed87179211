import { expect, test } from "bun:test";
import { HttpSyntaxError, parseRequestHead } from "./request-head.ts";

const parse = (...lines: string[]) => parseRequestHead(lines.join("\r\n"));

test("a request is taken apart", () => {
  const head = parse(
    "POST /v1.47/x?a=b HTTP/1.1",
    "Host: docker",
    "X-Meta:  two words \t",
    "x-meta: again",
    "Content-Length: 12",
  );
  expect(head).toMatchObject({
    method: "POST",
    target: "/v1.47/x?a=b",
    httpMinor: 1,
    body: 12,
    keepAlive: true,
    expectsContinue: false,
    upgrade: undefined,
  });
  expect(head.headers.get("x-meta")).toBe("two words, again");
});

test("an upgrade needs both of its headers", () => {
  expect(parse("GET / HTTP/1.1", "Host: x", "Connection: keep-alive, Upgrade", "Upgrade: TCP").upgrade).toBe("tcp");
  expect(parse("GET / HTTP/1.1", "Host: x", "Upgrade: tcp").upgrade).toBeUndefined();
  expect(parse("GET / HTTP/1.1", "Host: x", "Connection: upgrade").upgrade).toBeUndefined();
});

test("connections stay open by default in 1.1, on demand in 1.0", () => {
  expect(parse("GET / HTTP/1.1", "Host: x", "Connection: Close").keepAlive).toBe(false);
  expect(parse("GET / HTTP/1.0").keepAlive).toBe(false);
  expect(parse("GET / HTTP/1.0", "Connection: keep-alive").keepAlive).toBe(true);
});

test("the whole address of a proxy's request is cut down to its path", () => {
  expect(parse("GET http://docker:80/info?x HTTP/1.1", "Host: docker").target).toBe("/info?x");
  expect(parse("GET http://docker?x HTTP/1.1", "Host: docker").target).toBe("/?x");
  expect(parse("OPTIONS * HTTP/1.1", "Host: docker").target).toBe("*");
});

test("header names that are special to objects are only names", () => {
  expect(parse("GET / HTTP/1.1", "Host: x", "__proto__: a", "constructor: b").headers.get("__proto__")).toBe("a");
});

const refused: [string, number, string[]][] = [
  ["a method with a space", 400, ["GE T / HTTP/1.1", "Host: x"]],
  ["two spaces", 400, ["GET  / HTTP/1.1", "Host: x"]],
  ["a lower-case protocol", 400, ["GET / http/1.1", "Host: x"]],
  ["HTTP/1.2", 505, ["GET / HTTP/1.2", "Host: x"]],
  ["a target without a slash", 400, ["GET info HTTP/1.1", "Host: x"]],
  ["a header without a colon", 400, ["GET / HTTP/1.1", "Host: x", "nonsense"]],
  ["a bare line feed", 400, ["GET / HTTP/1.1", "Host: x\nContent-Length: 3"]],
  ["a bare carriage return", 400, ["GET / HTTP/1.1", "Host: x\rContent-Length: 3"]],
  ["a NUL", 400, ["GET / HTTP/1.1", "Host: x\0"]],
  ["equal lengths twice", 400, ["GET / HTTP/1.1", "Host: x", "Content-Length: 3", "Content-Length: 3"]],
  ["a negative length", 400, ["GET / HTTP/1.1", "Host: x", "Content-Length: -3"]],
  ["a length in hex", 400, ["GET / HTTP/1.1", "Host: x", "Content-Length: 0x3"]],
  ["an endless length", 400, ["GET / HTTP/1.1", "Host: x", `Content-Length: ${"9".repeat(16)}`]],
  ["chunked twice", 501, ["GET / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"]],
  ["chunked in disguise", 501, ["GET / HTTP/1.1", "Host: x", "Transfer-Encoding: xchunked"]],
];
for (const [what, status, lines] of refused)
  test(`${what} is refused with ${status}`, () => {
    let thrown: unknown;
    try {
      parse(...lines);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(HttpSyntaxError);
    expect((thrown as HttpSyntaxError).status).toBe(status);
  });
