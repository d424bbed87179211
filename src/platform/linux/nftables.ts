import { attributesOf, NetlinkMessage, netlinkFlags, textOf } from "./netlink-message.ts";
import { NetlinkSocket } from "./netlink-socket.ts";
import { SyscallError } from "./syscall-error.ts";

const NFNL_SUBSYS_NFTABLES = 10;
const NFNL_MSG_BATCH_BEGIN = 16;
const NFNL_MSG_BATCH_END = 17;
const NFT_MSG = { getTable: 1, newElement: 12, getElement: 13, deleteElement: 14, getGeneration: 16 };
const NFTA_TABLE_NAME = 1;
const NFTA_GEN_ID = 1;
const NFTA_ELEMENT_LIST = { table: 1, set: 2, elements: 3 };
const NFTA_LIST_ELEM = 1;
const NFTA_ELEMENT = { key: 1, data: 2, keyEnd: 10 };
const NFTA_DATA_VALUE = 1;
const NFPROTO_IPV4 = 2;
/** An attribute cannot be longer than 64 KiB; a thousand elements stay well below. */
const elementsPerMessage = 1000;

/** An element of a set or, with `data`, of a map. Both are as `concatenated` makes them. */
export interface NftElement {
  readonly key: Uint8Array;
  readonly data?: Uint8Array;
  /** Of a set of intervals over concatenated keys: the last key of the interval that `key` begins. */
  readonly keyEnd?: Uint8Array;
}

export type NftChange =
  | { readonly change: "add" | "remove"; readonly set: string; readonly elements: readonly NftElement[] }
  | { readonly change: "flush"; readonly set: string };

/**
 * The elements of sets and maps of one IPv4 table of nftables, by nfnetlink: some 0.1 ms where starting `nft` costs
 * tens. Table, chains and rules are made by `nft`. Belongs to the namespace of the thread that made it.
 */
export class NftElements implements Disposable {
  readonly #socket = new NetlinkSocket("netfilter");
  readonly #table: string;

  constructor(table: string) {
    this.#table = table;
  }

  /**
   * Makes all changes or none. SyscallError: ENOENT when an element to remove or the table is not there, EEXIST or EBUSY
   * when an element to add is there with other data (the same data again is fine).
   */
  apply(changes: readonly NftChange[]): void {
    const messages = changes.flatMap((change) => this.#messagesOf(change));
    if (messages.length === 0) return;
    const begin = batchMessage(NFNL_MSG_BATCH_BEGIN);
    this.#socket.request([begin, ...messages, batchMessage(NFNL_MSG_BATCH_END)], `elements of table ${this.#table}`);
  }

  /** What the set holds now. ENOENT when there is no such set. */
  elements(set: string): NftElement[] {
    const message = nftMessage(NFT_MSG.getElement, netlinkFlags.dump);
    message.string(NFTA_ELEMENT_LIST.table, this.#table).string(NFTA_ELEMENT_LIST.set, set);
    const replies = this.#socket.request([message], `elements of ${this.#table} ${set}`);
    return replies.flatMap(({ payload }) => {
      const list = attributesOf(payload, 4).get(NFTA_ELEMENT_LIST.elements);
      return list === undefined ? [] : elementsIn(list);
    });
  }

  /** Whether the table is there. */
  exists(): boolean {
    const message = nftMessage(NFT_MSG.getTable, 0).string(NFTA_TABLE_NAME, this.#table);
    try {
      return this.#socket
        .request([message], `table ${this.#table}`)
        .some(({ payload }) => textOf(attributesOf(payload, 4).get(NFTA_TABLE_NAME)) === this.#table);
    } catch (error) {
      if (error instanceof SyscallError && error.code === "ENOENT") return false;
      throw error;
    }
  }

  /** A number that grows with every change that anybody makes to any nftables rule or element in this namespace. */
  generation(): number {
    const [reply] = this.#socket.request([nftMessage(NFT_MSG.getGeneration, 0)], "nftables generation");
    return reply === undefined ? 0 : (attributesOf(reply.payload, 4).get(NFTA_GEN_ID)?.readUInt32BE() ?? 0);
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  #messagesOf(change: NftChange): NetlinkMessage[] {
    if (change.change === "flush") return [this.#listMessage(NFT_MSG.deleteElement, netlinkFlags.ack, change.set)];
    const type = change.change === "add" ? NFT_MSG.newElement : NFT_MSG.deleteElement;
    const flags = netlinkFlags.ack | (change.change === "add" ? netlinkFlags.create : 0);
    const messages: NetlinkMessage[] = [];
    for (let at = 0; at < change.elements.length; at += elementsPerMessage) {
      const message = this.#listMessage(type, flags, change.set);
      message.nested(NFTA_ELEMENT_LIST.elements, () => {
        for (const element of change.elements.slice(at, at + elementsPerMessage)) writeElement(message, element);
      });
      messages.push(message);
    }
    return messages;
  }

  #listMessage(type: number, flags: number, set: string): NetlinkMessage {
    const message = nftMessage(type, flags);
    return message.string(NFTA_ELEMENT_LIST.table, this.#table).string(NFTA_ELEMENT_LIST.set, set);
  }
}

/** The parts of a concatenated key or datum; each fills whole words of 32 bits. */
export function concatenated(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts.flatMap((part) => [part, Buffer.alloc(-part.length & 3)]));
}

/** An interface's name as nftables keeps it: 16 bytes. */
export function interfaceKey(name: string): Uint8Array {
  const key = Buffer.alloc(16);
  key.write(name);
  return key;
}

function writeElement(message: NetlinkMessage, { key, data, keyEnd }: NftElement): void {
  message.nested(NFTA_LIST_ELEM, () => {
    message.nested(NFTA_ELEMENT.key, () => message.bytes(NFTA_DATA_VALUE, key));
    if (keyEnd) message.nested(NFTA_ELEMENT.keyEnd, () => message.bytes(NFTA_DATA_VALUE, keyEnd));
    if (data) message.nested(NFTA_ELEMENT.data, () => message.bytes(NFTA_DATA_VALUE, data));
  });
}

/** The list repeats one attribute, so it is walked by hand. */
function elementsIn(list: Buffer): NftElement[] {
  const elements: NftElement[] = [];
  for (let at = 0; at + 4 <= list.length; ) {
    const length = list.readUInt16LE(at);
    if (length < 4) break;
    const attributes = attributesOf(list.subarray(at + 4, at + length));
    const valueOf = (type: number) => {
      const nested = attributes.get(type);
      return nested && attributesOf(nested).get(NFTA_DATA_VALUE);
    };
    elements.push({ key: valueOf(NFTA_ELEMENT.key)!, data: valueOf(NFTA_ELEMENT.data) });
    at += (length + 3) & ~3;
  }
  return elements;
}

/** struct nfgenmsg: family, version, resource id in network byte order. */
function nftMessage(type: number, flags: number): NetlinkMessage {
  return new NetlinkMessage((NFNL_SUBSYS_NFTABLES << 8) | type, flags, Uint8Array.of(NFPROTO_IPV4, 0, 0, 0));
}

function batchMessage(type: number): NetlinkMessage {
  return new NetlinkMessage(type, 0, Uint8Array.of(0, 0, 0, NFNL_SUBSYS_NFTABLES));
}
