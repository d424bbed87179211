import { expect, test } from "bun:test";
import { resolvConf } from "./resolv-conf.ts";

const host = (text: string) => ({ path: "/etc/resolv.conf", text });
const nothing = { servers: [], search: [], options: [] };
const lines = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

test("the host's servers, search list and options are taken over", () => {
  const text = resolvConf(host("nameserver 10.0.0.1\nsearch a.b c\noptions ndots:2\n"), nothing, false);
  expect(lines(text)).toEqual(["nameserver 10.0.0.1", "search a.b c", "options ndots:2"]);
});

test("servers on the host's loopback are left out, unless the container shares the host's network", () => {
  const text = "nameserver 127.0.0.53\nnameserver ::1\nnameserver 10.0.0.1\n";
  expect(lines(resolvConf(host(text), nothing, false))).toEqual(["nameserver 10.0.0.1"]);
  expect(lines(resolvConf(host(text), nothing, true))).toHaveLength(3);
});

test("without a reachable server the public ones are used", () => {
  expect(lines(resolvConf(host("nameserver 127.0.0.1"), nothing, false))).toEqual([
    "nameserver 8.8.8.8",
    "nameserver 8.8.4.4",
  ]);
});

test("what the user asks for replaces the host's, key by key", () => {
  const text = resolvConf(
    host("nameserver 10.0.0.1\nsearch a\n"),
    { servers: ["1.1.1.1"], search: ["."], options: ["ndots:3"] },
    false,
  );
  expect(lines(text)).toEqual(["nameserver 1.1.1.1", "options ndots:3"]);
  expect(text).toContain("# Overrides: [nameservers search options]");
});
