/** The streams of a process as docker's multiplexed stream numbers them; 3 carries the text of a failure and ends it. */
export type StreamNumber = 0 | 1 | 2 | 3;

export const frameHeaderBytes = 8;

/** One frame: stream number, three zero bytes, length of the payload (big-endian), payload. */
export function encodeFrame(stream: StreamNumber, payload: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(frameHeaderBytes + payload.length);
  writeFrameHeader(frame, 0, stream, payload.length);
  frame.set(payload, frameHeaderBytes);
  return frame;
}

/** Writes the eight bytes that stand before a payload of `length` bytes. */
export function writeFrameHeader(into: Buffer, offset: number, stream: StreamNumber, length: number): void {
  into.writeUInt32BE(stream * 0x1000000, offset);
  into.writeUInt32BE(length, offset + 4);
}

/** Takes a multiplexed stream apart; input may be cut anywhere. Throws RangeError for a header that is none. */
export class FrameDecoder {
  #rest: Buffer = Buffer.alloc(0);

  /** Frames that are complete now are told in order, with their payload. */
  push(chunk: Uint8Array, onFrame: (stream: StreamNumber, payload: Uint8Array) => void): void {
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (this.#rest.length - at >= frameHeaderBytes) {
      const stream = this.#rest[at]!;
      if (stream > 3) throw new RangeError(`not a frame of a multiplexed stream: first byte ${stream}`);
      const end = at + frameHeaderBytes + this.#rest.readUInt32BE(at + 4);
      if (this.#rest.length < end) break;
      onFrame(stream as StreamNumber, this.#rest.subarray(at + frameHeaderBytes, end));
      at = end;
    }
    this.#rest = this.#rest.subarray(at);
  }

  /** Bytes of a frame that has begun. */
  get pendingBytes(): number {
    return this.#rest.length;
  }
}
