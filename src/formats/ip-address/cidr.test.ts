import { expect, test } from "bun:test";
import { contains, formatCidr, overlaps, parseCidr } from "./cidr.ts";
import { formatIp } from "./ip-address.ts";

test("a block knows its address, its network and its last address", () => {
  const block = parseCidr("172.17.5.1/16")!;
  expect(formatIp({ family: 4, value: block.address })).toBe("172.17.5.1");
  expect(formatIp({ family: 4, value: block.network })).toBe("172.17.0.0");
  expect(formatIp({ family: 4, value: block.last })).toBe("172.17.255.255");
  expect(formatCidr(block)).toBe("172.17.0.0/16");
});

test.each(["", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0/8", "fe80::/129", "10.0.0.0/8/8"])(
  "%p is no block",
  (text) => {
    expect(parseCidr(text)).toBeUndefined();
  },
);

test("a block contains its first and last address and no neighbour", () => {
  const block = parseCidr("10.1.0.0/23")!;
  expect(contains(block, "10.1.0.0")).toBe(true);
  expect(contains(block, "10.1.1.255")).toBe(true);
  expect(contains(block, "10.0.255.255")).toBe(false);
  expect(contains(block, "10.1.2.0")).toBe(false);
  expect(contains(block, "::a01:0")).toBe(false);
  expect(contains(block, "no address")).toBe(false);
});

test("the whole address space and a single address are blocks", () => {
  expect(contains(parseCidr("0.0.0.0/0")!, "255.255.255.255")).toBe(true);
  expect(contains(parseCidr("10.0.0.1/32")!, "10.0.0.2")).toBe(false);
  expect(formatCidr(parseCidr("2001:db8::1/64")!)).toBe("2001:db8::/64");
});

test("blocks overlap when one lies in the other, never across families", () => {
  const wide = parseCidr("10.0.0.0/8")!;
  expect(overlaps(wide, parseCidr("10.255.0.0/16")!)).toBe(true);
  expect(overlaps(parseCidr("10.255.0.0/16")!, wide)).toBe(true);
  expect(overlaps(wide, parseCidr("11.0.0.0/8")!)).toBe(false);
  expect(overlaps(parseCidr("0.0.0.0/0")!, parseCidr("::/0")!)).toBe(false);
});
