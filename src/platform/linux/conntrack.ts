import { attributesOf, NetlinkMessage, netlinkFlags } from "./netlink-message.ts";
import { NetlinkSocket } from "./netlink-socket.ts";
import { SyscallError } from "./syscall-error.ts";

const NFNL_SUBSYS_CTNETLINK = 1;
const IPCTNL_MSG_CT = { get: 1, delete: 2 };
const CTA = { tupleOriginal: 1, tupleReply: 2, filter: 25 };
const CTA_TUPLE = { ip: 1, protocol: 2 };
const CTA_IP = { source: 1, destination: 2 };
const CTA_PROTO = { number: 1, sourcePort: 2, destinationPort: 3 };
const CTA_FILTER = { original: 1, reply: 2 };
const filterOnProtocol = 1 << 3;
const AF_INET = 2;

/** One direction of a connection that the kernel tracks; addresses are four bytes. */
export interface FlowTuple {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** A tracked connection: as its first packet came, and as the answers look (address translation makes them differ). */
export interface Flow {
  readonly original: FlowTuple;
  readonly reply: FlowTuple;
}

/**
 * Makes the kernel forget the IPv4 connections of a protocol (6, 17, 132) that `matches` picks, so that their next
 * packet is judged by the rules there are now. Returns how many. Without connection tracking there are none.
 */
export function forgetFlows(protocol: number, matches: (flow: Flow) => boolean): number {
  using socket = new NetlinkSocket("netfilter");
  let forgotten = 0;
  for (const original of matchingFlows(socket, protocol, matches)) {
    const message = conntrackMessage(IPCTNL_MSG_CT.delete, netlinkFlags.ack).bytes(
      CTA.tupleOriginal | 0x8000,
      original,
    );
    // It may have ended by itself in between.
    if (!refused(() => socket.request([message], "forget a connection"), "ENOENT")) forgotten += 1;
  }
  return forgotten;
}

/** The encoded original tuples. A kernel older than 5.8 ignores the filter and sends all, so the protocol is checked. */
function matchingFlows(socket: NetlinkSocket, protocol: number, matches: (flow: Flow) => boolean): Buffer[] {
  const message = conntrackMessage(IPCTNL_MSG_CT.get, netlinkFlags.dump);
  message.nested(CTA.tupleOriginal, () =>
    message.nested(CTA_TUPLE.protocol, () => message.u8(CTA_PROTO.number, protocol)),
  );
  message.nested(CTA.filter, () => message.u32(CTA_FILTER.original, filterOnProtocol).u32(CTA_FILTER.reply, 0));
  const found: Buffer[] = [];
  refused(() => {
    for (const { payload } of socket.request([message], "connections")) {
      const attributes = attributesOf(payload, 4);
      const encoded = attributes.get(CTA.tupleOriginal);
      const original = encoded && tupleOf(encoded);
      const reply = tupleOf(attributes.get(CTA.tupleReply));
      if (encoded && original?.protocol === protocol && reply && matches({ original, reply })) found.push(encoded);
    }
    // EINVAL: the kernel part that lists connections is not there.
  }, "EINVAL");
  return found;
}

function tupleOf(encoded: Buffer | undefined): FlowTuple | undefined {
  const attributes = encoded && attributesOf(encoded);
  const ip = attributes?.get(CTA_TUPLE.ip);
  const transport = attributes?.get(CTA_TUPLE.protocol);
  if (ip === undefined || transport === undefined) return undefined;
  const addresses = attributesOf(ip);
  const ports = attributesOf(transport);
  return {
    source: addresses.get(CTA_IP.source) ?? new Uint8Array(4),
    destination: addresses.get(CTA_IP.destination) ?? new Uint8Array(4),
    protocol: ports.get(CTA_PROTO.number)?.[0] ?? 0,
    sourcePort: ports.get(CTA_PROTO.sourcePort)?.readUInt16BE() ?? 0,
    destinationPort: ports.get(CTA_PROTO.destinationPort)?.readUInt16BE() ?? 0,
  };
}

function conntrackMessage(type: number, flags: number): NetlinkMessage {
  return new NetlinkMessage((NFNL_SUBSYS_CTNETLINK << 8) | type, flags, Uint8Array.of(AF_INET, 0, 0, 0));
}

function refused(call: () => void, code: string): boolean {
  try {
    call();
    return false;
  } catch (error) {
    if (error instanceof SyscallError && error.code === code) return true;
    throw error;
  }
}
