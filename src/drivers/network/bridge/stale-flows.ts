import { ipToBytes } from "#formats/ip-address/ip-address.ts";
import { forgetFlows } from "#platform/linux/conntrack.ts";
import type { RouteNetlink } from "#platform/linux/rtnetlink.ts";
import type { Forward } from "../firewall/firewall.ts";
import { protocolNumbers } from "../firewall/protocol-numbers.ts";

/**
 * The kernel decides once per connection where it leads, and a udp "connection" lasts as long as its client keeps
 * sending. One that began before the port was published would never reach the container.
 */
export function forgetUnforwarded(route: RouteNetlink, forwards: readonly Forward[]): void {
  const udp = forwards.filter(({ protocol }) => protocol === "udp");
  if (udp.length === 0) return;
  const local = new Set(route.addresses().map(({ address }) => ipToText(address)));
  const isLocal = (address: string) => address.startsWith("127.") || local.has(address);
  forgetFlows(protocolNumbers.udp, ({ original, reply }) => {
    const to = ipToText(original.destination);
    return udp.some(
      ({ hostPort, hostAddress, address }) =>
        original.destinationPort === hostPort &&
        (hostAddress === "0.0.0.0" ? isLocal(to) : hostAddress === to) &&
        ipToText(reply.source) !== address,
    );
  });
}

/** A udp client that keeps sending would go on to reach whoever gets the container's address next. */
export function forgetForwarded(forwards: readonly Forward[]): void {
  const udp = forwards
    .filter(({ protocol }) => protocol === "udp")
    .map((forward) => ({ ...forward, bytes: ipToBytes(forward.address) }));
  if (udp.length === 0) return;
  forgetFlows(protocolNumbers.udp, ({ reply, original }) =>
    udp.some(
      ({ bytes, containerPort, hostPort }) =>
        Buffer.compare(reply.source, bytes) === 0 &&
        reply.sourcePort === containerPort &&
        original.destinationPort === hostPort,
    ),
  );
}

function ipToText(address: Uint8Array): string {
  return address.join(".");
}
