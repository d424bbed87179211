import { expect, test } from "bun:test";
import { hostsFile } from "./hosts-file.ts";

const own = (options: Partial<Parameters<typeof hostsFile>[0]>) =>
  hostsFile({
    address: "172.17.0.2",
    hostname: "web",
    domainname: "",
    extra: [],
    hostGateway: "172.17.0.1",
    ...options,
  })
    .trimEnd()
    .split("\n")
    .slice(6);

test("the last line names the container", () => {
  expect(own({})).toEqual(["172.17.0.2\tweb"]);
  expect(own({ hostname: "foo.bar", domainname: "baz" })).toEqual(["172.17.0.2\tfoo.bar.baz foo"]);
});

test("without an address there is no line of its own", () => {
  expect(own({ address: undefined })).toEqual([]);
});

test("extra hosts may be IPv6 or the host itself", () => {
  expect(own({ extra: ["x:1.2.3.4", "y:host-gateway", "z:::1", "w:[fe80::1]"] }).slice(0, 4)).toEqual([
    "1.2.3.4\tx",
    "172.17.0.1\ty",
    "::1\tz",
    "fe80::1\tw",
  ]);
});
