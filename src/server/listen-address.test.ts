import { expect, test } from "bun:test";
import { describeAddress, type ListenAddress, parseListenAddress } from "./listen-address.ts";

const parse = (text: string, tls = false) => parseListenAddress(text, { defaultSocket: "/run/default.sock", tls });

const cases: [string, ListenAddress][] = [
  ["", { kind: "unix", path: "/run/default.sock" }],
  ["unix://", { kind: "unix", path: "/run/default.sock" }],
  ["unix:///tmp/a b.sock", { kind: "unix", path: "/tmp/a b.sock" }],
  ["tcp://127.0.0.1:4000", { kind: "tcp", host: "127.0.0.1", port: 4000 }],
  ["tcp://:4000", { kind: "tcp", host: "127.0.0.1", port: 4000 }],
  ["0.0.0.0:4000", { kind: "tcp", host: "0.0.0.0", port: 4000 }],
  ["tcp://host", { kind: "tcp", host: "host", port: 2375 }],
  ["tcp://[::1]:4000", { kind: "tcp", host: "::1", port: 4000 }],
  ["fd://", { kind: "fd", which: "" }],
  ["fd://*", { kind: "fd", which: "" }],
  ["fd://3", { kind: "fd", which: "3" }],
];
for (const [text, address] of cases)
  test(`-H ${JSON.stringify(text)} listens on ${describeAddress(address)}`, () => {
    expect(parse(text)).toEqual(address);
  });

test("with TLS the port is by default 2376", () => {
  expect(parse("tcp://host", true)).toEqual({ kind: "tcp", host: "host", port: 2376 });
});

for (const text of ["npipe:////./pipe/x", "tcp://a:b", "tcp://a:1:2", "tcp://a:70000", "::1"])
  test(`-H ${text} is refused`, () => {
    expect(() => parse(text)).toThrow(`Invalid bind address format: ${text}`);
  });
