import { expect, test } from "bun:test";
import type { Forward } from "../firewall.ts";
import { forwardsIn, portRule } from "./port-rule.ts";

const web: Forward = {
  protocol: "tcp",
  hostAddress: "0.0.0.0",
  hostPort: 8080,
  address: "172.30.0.2",
  containerPort: 80,
};
const dns: Forward = {
  protocol: "udp",
  hostAddress: "127.0.0.1",
  hostPort: 53,
  address: "172.30.0.3",
  containerPort: 53,
};

test("a port at all addresses names no destination", () => {
  expect(portRule(web)).toBe("-p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.30.0.2:80");
});

test("rules are read back as they were written, others are passed over", () => {
  const listing = `-N wherry_x-nat
-A wherry_x-nat ${portRule(web)}
-A wherry_x-nat -s 10.0.0.0/8 -j RETURN
-A wherry_x-nat ${portRule(dns)}
`;
  expect(forwardsIn(listing)).toEqual([web, dns]);
});
