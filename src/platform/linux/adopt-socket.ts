import { connect, type Socket } from "bun";

export interface AdoptedSocketHandlers {
  /** Of a packet socket one call a packet. The chunk is the listener's to keep. */
  readonly data: (chunk: Buffer) => void;
  /** The peer has ended its direction, or the connection is gone. Called once. */
  readonly end: () => void;
  /** Room again after `write` took less than it was given. */
  readonly drain?: () => void;
}

/** A connected socket in our event loop. */
export interface AdoptedSocket {
  /** Returns how many bytes were taken; fewer than given means: wait for `drain`. -1 when the peer takes no more. */
  write(chunk: Uint8Array): number;
  pause(): void;
  resume(): void;
  close(): void;
}

/** Puts a connected stream or packet socket that we hold by number into the event loop, which owns it from here on. */
export async function adoptSocket(fd: number, handlers: AdoptedSocketHandlers): Promise<AdoptedSocket> {
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    handlers.end();
  };
  const options = {
    fd,
    allowHalfOpen: true,
    socket: {
      binaryType: "buffer",
      data: (_: Socket, chunk: Buffer) => handlers.data(chunk),
      end,
      close: end,
      error: end,
      drain: () => handlers.drain?.(),
    },
  };
  // The types know `fd` only together with the address of a listener.
  const socket: Pick<Socket, "write" | "pause" | "resume" | "terminate"> = await connect(options as never);
  return {
    write: (chunk) => socket.write(chunk),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.terminate(),
  };
}
