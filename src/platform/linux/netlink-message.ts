const headerBytes = 16;
const nestedFlag = 0x8000;

export const netlinkFlags = {
  request: 0x1,
  ack: 0x4,
  dump: 0x300,
  /** With a request that makes something: fail when it is there already, make it when it is not. */
  exclusive: 0x200,
  create: 0x400,
  replace: 0x100,
} as const;

/** One netlink message under construction: header, the fixed struct of its type, then attributes. */
export class NetlinkMessage {
  readonly type: number;
  #bytes: Buffer;
  #length: number;

  constructor(type: number, flags: number, fixed: Uint8Array) {
    this.type = type;
    this.#bytes = Buffer.alloc(512);
    this.#bytes.writeUInt16LE(type, 4);
    this.#bytes.writeUInt16LE(flags | netlinkFlags.request, 6);
    this.#bytes.set(fixed, headerBytes);
    this.#length = headerBytes + align(fixed.length);
  }

  bytes(attribute: number, value: Uint8Array): this {
    const start = this.#reserve(4 + value.length);
    this.#bytes.writeUInt16LE(4 + value.length, start);
    this.#bytes.writeUInt16LE(attribute, start + 2);
    this.#bytes.set(value, start + 4);
    return this;
  }

  /** NUL-terminated, as the kernel wants its names. */
  string(attribute: number, value: string): this {
    return this.bytes(attribute, Buffer.from(`${value}\0`));
  }

  u8(attribute: number, value: number): this {
    return this.bytes(attribute, Uint8Array.of(value));
  }

  /** In the machine's byte order: rtnetlink. */
  u32(attribute: number, value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return this.bytes(attribute, bytes);
  }

  /** In network byte order: nfnetlink. */
  u32be(attribute: number, value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return this.bytes(attribute, bytes);
  }

  /** An attribute whose content is what `build` adds. */
  nested(attribute: number, build: () => void): this {
    const start = this.#reserve(4);
    build();
    this.#bytes.writeUInt16LE(this.#length - start, start);
    this.#bytes.writeUInt16LE(attribute | nestedFlag, start + 2);
    return this;
  }

  /** A fixed struct in the middle of attributes (veth's peer carries a whole ifinfomsg). */
  struct(value: Uint8Array): this {
    this.#bytes.set(value, this.#reserve(value.length));
    return this;
  }

  /** The finished message; its length and sequence number are filled in. */
  encode(sequence: number): Buffer {
    this.#bytes.writeUInt32LE(this.#length, 0);
    this.#bytes.writeUInt32LE(sequence, 8);
    return this.#bytes.subarray(0, this.#length);
  }

  /** Room for that many bytes at the end, aligned and zeroed; returns where it starts. */
  #reserve(size: number): number {
    const start = this.#length;
    this.#length += align(size);
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return start;
  }
}

/** One message received. `payload` is all behind the header. */
export interface NetlinkReply {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly payload: Buffer;
}

/** The messages in one datagram. A truncated last one is left out. */
export function splitReplies(datagram: Buffer): NetlinkReply[] {
  const replies: NetlinkReply[] = [];
  for (let at = 0; at + headerBytes <= datagram.length; ) {
    const length = datagram.readUInt32LE(at);
    if (length < headerBytes || at + length > datagram.length) break;
    replies.push({
      type: datagram.readUInt16LE(at + 4),
      flags: datagram.readUInt16LE(at + 6),
      sequence: datagram.readUInt32LE(at + 8),
      payload: datagram.subarray(at + headerBytes, at + length),
    });
    at += align(length);
  }
  return replies;
}

/** The attributes from `offset` on, by type. Of a repeated attribute the last one stays. */
export function attributesOf(bytes: Buffer, offset = 0): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  for (let at = offset; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4 || at + length > bytes.length) break;
    attributes.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length));
    at += align(length);
  }
  return attributes;
}

/** The text of a NUL-terminated attribute. */
export function textOf(attribute: Buffer | undefined): string | undefined {
  if (attribute === undefined) return undefined;
  const end = attribute.indexOf(0);
  return attribute.toString("utf8", 0, end < 0 ? attribute.length : end);
}

function align(size: number): number {
  return (size + 3) & ~3;
}
