import { expect, test } from "bun:test";
import { requestName, unreachable } from "./go-error.ts";

const failed = (href: string, code: string, method = "GET") =>
  unreachable(method, new URL(href), Object.assign(new Error("raw words"), { code })).message;

test("failures to connect read as docker's", () => {
  expect(failed("http://127.0.0.1:5699/v2/", "ECONNREFUSED")).toBe(
    'Get "http://127.0.0.1:5699/v2/": dial tcp 127.0.0.1:5699: connect: connection refused',
  );
  expect(failed("https://nope.invalid/v2/", "ENOTFOUND", "HEAD")).toBe(
    'Head "https://nope.invalid/v2/": dial tcp: lookup nope.invalid: no such host',
  );
  expect(failed("https://127.0.0.1:1/v2/", "EPROTO")).toContain("http: server gave HTTP response to HTTPS client");
});

test("what is wrong with a certificate is told", () => {
  expect(failed("https://r/v2/", "DEPTH_ZERO_SELF_SIGNED_CERT")).toContain(
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
  );
  expect(failed("https://r/v2/", "ERR_TLS_CERT_ALTNAME_INVALID")).toContain("certificate is not valid for r");
});

test("an unknown failure keeps its own words", () => {
  expect(failed("https://r:5/v2/", "EWEIRD")).toBe('Get "https://r:5/v2/": raw words');
});

test("no password of a URL and no header's value comes into a message", async () => {
  const url = new URL("https://ann:secret@mirror.example/v2/");
  expect(requestName("GET", url)).toBe('Get "https://ann:xxxxx@mirror.example/v2/"');
  const headers = { Authorization: "Bearer top\nsecret" };
  const thrown = await fetch("http://127.0.0.1:1/", { headers }).catch((error: unknown) => error);
  expect(unreachable("GET", url, thrown).message).not.toContain("secret");
});
