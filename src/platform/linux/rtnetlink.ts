import { attributesOf, NetlinkMessage, type NetlinkReply, netlinkFlags, textOf } from "./netlink-message.ts";
import { NetlinkSocket } from "./netlink-socket.ts";
import { SyscallError } from "./syscall-error.ts";

const RTM = {
  newLink: 16,
  deleteLink: 17,
  getLink: 18,
  setLink: 19,
  newAddress: 20,
  getAddress: 22,
  newRoute: 24,
  newNeighbour: 28,
};
const IFLA = {
  address: 1,
  name: 3,
  mtu: 4,
  master: 10,
  protocolInfo: 12,
  linkInfo: 18,
  alias: 20,
  namespaceFd: 28,
};
const IFLA_INFO = { kind: 1, data: 2 };
const VETH_INFO_PEER = 1;
const IFLA_BRPORT = { hairpin: 4, isolated: 33 };
const IFA = { address: 1, local: 2, broadcast: 4 };
const RTA = { destination: 1, outInterface: 4, gateway: 5 };
const NDA = { destination: 1, linkLayerAddress: 2 };
const AF_INET = 2;
const AF_BRIDGE = 7;
const IFF_UP = 1;
const RT_TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const RTN_UNICAST = 1;
const NUD_STALE = 4;

export interface Link {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  readonly mtu: number;
  /** Index of the bridge it is a port of; 0 for none. */
  readonly masterIndex: number;
  /** Free text that its maker left on it. */
  readonly alias: string;
  /** "bridge", "veth", …; "" for hardware and loopback. */
  readonly kind: string;
}

export interface VethPair {
  /** The end that stays in this socket's namespace, made up and a port of the bridge. */
  readonly name: string;
  readonly bridgeIndex: number;
  readonly mtu: number;
  readonly peer: { readonly name: string; readonly mac: string; readonly namespaceFd: number };
}

/**
 * rtnetlink(7): links, addresses, routes and neighbours of one network namespace, that of the thread which made the
 * object. All calls are synchronous and throw SyscallError with the kernel's own explanation.
 */
export class RouteNetlink implements Disposable {
  readonly #socket = new NetlinkSocket("route");

  createBridge({ name, mac, mtu, alias }: { name: string; mac: string; mtu: number; alias: string }): void {
    const message = new NetlinkMessage(RTM.newLink, makeNew, linkHeader({ up: true }));
    message.string(IFLA.name, name).bytes(IFLA.address, macBytes(mac)).u32(IFLA.mtu, mtu);
    message.nested(IFLA.linkInfo, () => message.string(IFLA_INFO.kind, "bridge"));
    this.#socket.request([message], `create bridge ${name}`);
    // The kernel takes no alias while it makes a link.
    this.#setLink(this.#indexOf(name), (link) => link.string(IFLA.alias, alias), `name bridge ${name}`);
  }

  /** Makes both ends of a veth pair where they belong, in one message. The kernel wants the peer set up later. */
  createVethPair({ name, bridgeIndex, mtu, peer }: VethPair): void {
    const message = new NetlinkMessage(RTM.newLink, makeNew, linkHeader({ up: true }));
    message.string(IFLA.name, name).u32(IFLA.mtu, mtu).u32(IFLA.master, bridgeIndex);
    message.nested(IFLA.linkInfo, () => {
      message.string(IFLA_INFO.kind, "veth").nested(IFLA_INFO.data, () => {
        message.nested(VETH_INFO_PEER, () => {
          message.struct(linkHeader({})).string(IFLA.name, peer.name).u32(IFLA.mtu, mtu);
          message.bytes(IFLA.address, macBytes(peer.mac)).u32(IFLA.namespaceFd, peer.namespaceFd);
        });
      });
    });
    this.#socket.request([message], `create veth pair ${name}, ${peer.name}`);
  }

  setUp(name: string): void {
    const message = new NetlinkMessage(RTM.newLink, ack, linkHeader({ up: true })).string(IFLA.name, name);
    this.#socket.request([message], `set ${name} up`);
  }

  /**
   * A port in hairpin mode may send out what it took in; a port that is isolated reaches the bridge itself and no other
   * isolated port.
   */
  configureBridgePort(name: string, mode: "hairpin" | "isolated"): void {
    const header = linkHeader({ index: this.#indexOf(name), family: AF_BRIDGE });
    const message = new NetlinkMessage(RTM.setLink, ack, header);
    message.nested(IFLA.protocolInfo, () => message.u8(IFLA_BRPORT[mode], 1));
    this.#socket.request([message], `make ${name} ${mode}`);
  }

  /** Returns false when there is none of that name. Blocks for some 20 ms: the kernel waits for other processors. */
  deleteLink(name: string): boolean {
    const message = new NetlinkMessage(RTM.deleteLink, ack, linkHeader({})).string(IFLA.name, name);
    return !refusedWith(absent, () => this.#socket.request([message], `delete ${name}`));
  }

  link(name: string): Link | undefined {
    const message = new NetlinkMessage(RTM.getLink, 0, linkHeader({})).string(IFLA.name, name);
    let found: Link | undefined;
    refusedWith(absent, () => (found = this.#socket.request([message], `look up ${name}`).map(linkOf)[0]));
    return found;
  }

  links(): Link[] {
    return this.#socket
      .request([new NetlinkMessage(RTM.getLink, netlinkFlags.dump, linkHeader({}))], "links")
      .map(linkOf);
  }

  /** The IPv4 addresses of this namespace. */
  addresses(): { linkIndex: number; address: Uint8Array; prefixLength: number }[] {
    const header = addressHeader(0, 0);
    const replies = this.#socket.request([new NetlinkMessage(RTM.getAddress, netlinkFlags.dump, header)], "addresses");
    return replies.flatMap(({ payload }) => {
      const attributes = attributesOf(payload, header.length);
      const address = attributes.get(IFA.local) ?? attributes.get(IFA.address);
      return address ? [{ linkIndex: payload.readUInt32LE(4), address, prefixLength: payload[1]! }] : [];
    });
  }

  /** Gives the link an IPv4 address; nothing changes when it has it. */
  addAddress(link: string, address: Uint8Array, prefixLength: number): void {
    const message = addressMessage(this.#indexOf(link), address, prefixLength);
    this.#socket.request([message], `address for ${link}`);
  }

  /** Sets a link up with an address, and the default route through a gateway unless there is a default route already. */
  configure(link: string, options: { address: Uint8Array; prefixLength: number; gateway: Uint8Array }): void {
    const index = this.#indexOf(link);
    const messages = [
      addressMessage(index, options.address, options.prefixLength),
      new NetlinkMessage(RTM.newLink, ack, linkHeader({ index, up: true })),
    ];
    this.#socket.request(messages, `address of ${link}`);
    const route = defaultRoute(index, options.gateway);
    refusedWith(["EEXIST"], () => this.#socket.request([route], `default route by ${link}`));
  }

  /** Tells which link-layer address an IPv4 neighbour has now. */
  setNeighbour(linkIndex: number, address: Uint8Array, mac: string): void {
    const header = Buffer.alloc(12);
    header[0] = AF_INET;
    header.writeInt32LE(linkIndex, 4);
    header.writeUInt16LE(NUD_STALE, 8);
    const flags = ack | netlinkFlags.create | netlinkFlags.replace;
    const message = new NetlinkMessage(RTM.newNeighbour, flags, header);
    message.bytes(NDA.destination, address).bytes(NDA.linkLayerAddress, macBytes(mac));
    this.#socket.request([message], "neighbour");
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  #setLink(index: number, change: (message: NetlinkMessage) => void, about: string): void {
    const message = new NetlinkMessage(RTM.setLink, ack, linkHeader({ index }));
    change(message);
    this.#socket.request([message], about);
  }

  #indexOf(name: string): number {
    const link = this.link(name);
    if (link === undefined) throw new SyscallError("netlink", enodev, `link ${name}`);
    return link.index;
  }
}

const ack = netlinkFlags.ack;
const makeNew = netlinkFlags.ack | netlinkFlags.create | netlinkFlags.exclusive;
const enodev = 19;
/** How the kernel says that there is no such link. */
const absent = ["ENODEV", "ENOENT"];

/** struct ifinfomsg */
function linkHeader({ index = 0, up = false, family = 0 }: { index?: number; up?: boolean; family?: number }): Buffer {
  const header = Buffer.alloc(16);
  header[0] = family;
  header.writeInt32LE(index, 4);
  if (up) {
    header.writeUInt32LE(IFF_UP, 8);
    header.writeUInt32LE(IFF_UP, 12);
  }
  return header;
}

/** struct ifaddrmsg */
function addressHeader(prefixLength: number, linkIndex: number): Buffer {
  const header = Buffer.alloc(8);
  header[0] = AF_INET;
  header[1] = prefixLength;
  header.writeUInt32LE(linkIndex, 4);
  return header;
}

function addressMessage(linkIndex: number, address: Uint8Array, prefixLength: number): NetlinkMessage {
  const flags = ack | netlinkFlags.create | netlinkFlags.replace;
  const message = new NetlinkMessage(RTM.newAddress, flags, addressHeader(prefixLength, linkIndex));
  message.bytes(IFA.local, address).bytes(IFA.address, address);
  if (prefixLength < 31) message.bytes(IFA.broadcast, broadcastOf(address, prefixLength));
  return message;
}

function defaultRoute(linkIndex: number, gateway: Uint8Array): NetlinkMessage {
  // struct rtmsg: family, lengths, type of service, table, protocol, scope, type, flags
  const header = Buffer.from([AF_INET, 0, 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, 0, RTN_UNICAST, 0, 0, 0, 0]);
  const message = new NetlinkMessage(RTM.newRoute, makeNew, header);
  return message.bytes(RTA.gateway, gateway).u32(RTA.outInterface, linkIndex);
}

function linkOf({ payload }: NetlinkReply): Link {
  const attributes = attributesOf(payload, 16);
  const info = attributes.get(IFLA.linkInfo);
  return {
    index: payload.readInt32LE(4),
    name: textOf(attributes.get(IFLA.name)) ?? "",
    up: (payload.readUInt32LE(8) & IFF_UP) !== 0,
    mtu: attributes.get(IFLA.mtu)?.readUInt32LE() ?? 0,
    masterIndex: attributes.get(IFLA.master)?.readUInt32LE() ?? 0,
    alias: textOf(attributes.get(IFLA.alias)) ?? "",
    kind: (info && textOf(attributesOf(info).get(IFLA_INFO.kind))) ?? "",
  };
}

function broadcastOf(address: Uint8Array, prefixLength: number): Uint8Array {
  return address.map((byte, index) => byte | (0xff >> Math.min(8, Math.max(0, prefixLength - 8 * index))));
}

function macBytes(mac: string): Buffer {
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac)) throw new TypeError(`not a MAC address: ${mac}`);
  return Buffer.from(mac.replaceAll(":", ""), "hex");
}

/** Whether the kernel refused the call with one of these errors; any other is thrown. */
function refusedWith(codes: readonly string[], call: () => void): boolean {
  try {
    call();
    return false;
  } catch (error) {
    if (error instanceof SyscallError && codes.includes(error.code)) return true;
    throw error;
  }
}
