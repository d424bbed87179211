import { expect, test } from "bun:test";
import { formatCidr, parseCidr } from "#formats/ip-address/cidr.ts";
import { freeSubnet, ownNames, parseRoutes } from "./network.ts";

test("each data root has a bridge and a table of its own, short enough for the kernel", () => {
  expect(ownNames("/var/lib/wherry")).toEqual({ bridge: "wherry0", table: "wherry" });
  const one = ownNames("/tmp/one");
  expect(one).not.toEqual(ownNames("/tmp/two"));
  expect(one).toEqual(ownNames("/tmp/one"));
  expect(one.bridge.length).toBeLessThanOrEqual(15);
});

test("the first pool that no route leads into is taken", () => {
  const routes = ["172.17.0.0/16", "172.18.3.0/24", "10.0.0.0/8"].map((text) => parseCidr(text)!);
  const { subnet, gateway } = freeSubnet(routes);
  expect([formatCidr(subnet), gateway]).toEqual(["172.19.0.0/16", "172.19.0.1"]);
});

test("when every pool is in use, the way out is told", () => {
  const routes = ["172.16.0.0/12", "192.168.0.0/16"].map((text) => parseCidr(text)!);
  expect(() => freeSubnet(routes)).toThrow("choose a subnet with --bip");
});

test("the kernel's table of routes is read, the default route left out", () => {
  const table = [
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT",
    "eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
    "eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
    "",
  ].join("\n");
  expect(parseRoutes(table).map(formatCidr)).toEqual(["192.168.1.0/24"]);
});
