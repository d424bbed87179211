import { expect, test } from "bun:test";
import { AddressPool } from "./address-pool.ts";

test("addresses are given out lowest first, without network, gateway and broadcast", () => {
  const pool = new AddressPool("10.1.0.0/29", "10.1.0.1");
  expect(Array.from({ length: 6 }, () => pool.next())).toEqual([
    "10.1.0.2",
    "10.1.0.3",
    "10.1.0.4",
    "10.1.0.5",
    "10.1.0.6",
    undefined,
  ]);
});

test("a released address is given out again before higher ones", () => {
  const pool = new AddressPool("10.1.0.0/24", "10.1.0.254");
  const [first, second] = [pool.next(), pool.next()];
  expect([first, second]).toEqual(["10.1.0.1", "10.1.0.2"]);
  pool.release("10.1.0.1");
  expect([pool.next(), pool.next()]).toEqual(["10.1.0.1", "10.1.0.3"]);
});

test("an address is taken once, and only inside the subnet", () => {
  const pool = new AddressPool("10.1.0.0/24", "10.1.0.1");
  expect([pool.take("10.1.0.9"), pool.take("10.1.0.9"), pool.take("10.2.0.9"), pool.take("10.1.0.1")]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test("a subnet without room for hosts is refused", () => {
  expect(() => new AddressPool("10.1.0.0/31", "10.1.0.0")).toThrow(TypeError);
});
