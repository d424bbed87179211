import { expect, test } from "bun:test";
import { acceptPosition, forwardChain } from "./forward-chain.ts";

test("an untouched chain drops nothing", () => {
  expect(forwardChain("-P FORWARD ACCEPT\n", "wherry_1").mayDrop).toBe(false);
});

test("a chain with policy DROP, or with rules of others, may drop", () => {
  expect(forwardChain("-P FORWARD DROP\n", "wherry_1").mayDrop).toBe(true);
  expect(forwardChain("-P FORWARD ACCEPT\n-A FORWARD -j DOCKER-USER\n", "wherry_1").mayDrop).toBe(true);
});

test("our own rules are known by their comment, another daemon's are not ours", () => {
  const listing = `-P FORWARD ACCEPT
-A FORWARD -i br1 -m comment --comment wherry_1 -j ACCEPT
-A FORWARD -o br1 -m comment --comment "wherry_1" -j ACCEPT
`;
  expect(forwardChain(listing, "wherry_1")).toMatchObject({
    mayDrop: false,
    own: [
      { bridge: "br1", direction: "-i" },
      { bridge: "br1", direction: "-o" },
    ],
  });
  expect(forwardChain(listing, "wherry_12")).toMatchObject({ mayDrop: true, own: [] });
});

test("accept rules come behind what is there, and before a last rule that refuses everything", () => {
  const docker = "-P FORWARD DROP\n-A FORWARD -j DOCKER-USER\n-A FORWARD -j DOCKER-FORWARD\n";
  expect(acceptPosition(forwardChain(docker, "w"))).toBeUndefined();
  const refusing = `${docker}-A FORWARD -j REJECT --reject-with icmp-host-prohibited\n`;
  expect(acceptPosition(forwardChain(refusing, "w"))).toBe(3);
  const selective = "-P FORWARD ACCEPT\n-A FORWARD -s 10.0.0.0/8 -j DROP\n";
  expect(acceptPosition(forwardChain(selective, "w"))).toBeUndefined();
});
