import { expect, test } from "bun:test";
import { portElement } from "./nftables-firewall.ts";

const web = {
  protocol: "tcp",
  hostAddress: "0.0.0.0",
  hostPort: 8080,
  address: "172.30.0.2",
  containerPort: 80,
} as const;

test("a port at all addresses is keyed by protocol and port, each part in words of four bytes", () => {
  const { key, data } = portElement(web);
  expect([...key]).toEqual([6, 0, 0, 0, 0x1f, 0x90, 0, 0]);
  expect([...data!]).toEqual([172, 30, 0, 2, 0, 80, 0, 0]);
});

test("a port at one address has the address in front of its key", () => {
  const { key } = portElement({ ...web, protocol: "udp", hostAddress: "127.0.0.1" });
  expect([...key]).toEqual([127, 0, 0, 1, 17, 0, 0, 0, 0x1f, 0x90, 0, 0]);
});
