import { expect, test } from "bun:test";
import { InsecureHosts } from "./insecure-hosts.ts";

test("this machine is always among them", async () => {
  const hosts = new InsecureHosts([]);
  for (const authority of ["127.0.0.1:5000", "127.9.8.7", "localhost", "localhost:5000", "[::1]:5000"])
    expect(await hosts.includes(authority)).toBe(true);
  expect(await hosts.includes("10.0.0.1:5000")).toBe(false);
});

test("the administrator adds hosts with and without port, and networks", async () => {
  const hosts = new InsecureHosts(["10.1.0.0/16", "10.9.9.9:5000", "10.8.8.8"]);
  expect(await hosts.includes("10.1.2.3:80")).toBe(true);
  expect(await hosts.includes("10.2.2.3:80")).toBe(false);
  expect(await hosts.includes("10.9.9.9:5000")).toBe(true);
  expect(await hosts.includes("10.9.9.9:5001")).toBe(false);
  expect(await hosts.includes("10.8.8.8:5001")).toBe(true);
});
