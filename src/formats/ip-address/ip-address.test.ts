import { expect, test } from "bun:test";
import { formatIp, ipToBytes, ipv4ToNumber, numberToIpv4, parseIp } from "./ip-address.ts";

test("an IPv4 address is its 32 bits and back", () => {
  expect(ipv4ToNumber("172.17.0.2")).toBe(0xac110002);
  expect(numberToIpv4(0xac110002)).toBe("172.17.0.2");
  expect(numberToIpv4(ipv4ToNumber("255.255.255.255"))).toBe("255.255.255.255");
});

test.each(["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "a.b.c.d", "1.2.3.-4"])(
  "%p is no IPv4 address",
  (text) => {
    expect(parseIp(text)).toBeUndefined();
    expect(() => ipv4ToNumber(text)).toThrow(TypeError);
  },
);

test("a number outside 32 bits has no dotted form", () => {
  expect(() => numberToIpv4(2 ** 32)).toThrow(RangeError);
  expect(() => numberToIpv4(-1)).toThrow(RangeError);
});

test.each([
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["fe80:0:0:0:0:0:0:1", "fe80::1"],
  ["::ffff:10.0.0.1", "::ffff:10.0.0.1"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
])("%s is written %s", (text, canonical) => {
  expect(formatIp(parseIp(text)!)).toBe(canonical);
});

test.each([
  ":",
  ":::",
  "1::2::3",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7::8",
  "g::",
  "12345::",
  "::1%eth0",
])("%p is no IPv6 address", (text) => {
  expect(parseIp(text)).toBeUndefined();
});

test("a dotted part stands only at the end of an IPv6 address", () => {
  expect(parseIp("::1.2.3.4")?.value).toBe(0x01020304n);
  expect(parseIp("1.2.3.4::")).toBeUndefined();
  expect(parseIp("::1.2.3.4:5")).toBeUndefined();
});

test("bytes come in network order", () => {
  expect([...ipToBytes("10.1.2.3")]).toEqual([10, 1, 2, 3]);
  expect([...ipToBytes("fe80::2")]).toEqual([0xfe, 0x80, ...Array<number>(13).fill(0), 2]);
  expect(() => ipToBytes("nonsense")).toThrow(TypeError);
});
