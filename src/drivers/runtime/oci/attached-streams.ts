import { type AdoptedSocket, adoptSocket } from "#platform/linux/adopt-socket.ts";
import { connectPackets, endWriting } from "#platform/linux/unix-socket.ts";
import type { ProcessStreams } from "../runtime-driver.ts";
import { type OutputListener, OutputQueue } from "./output-queue.ts";

/** conmon drops the end of a packet longer than 32,767 bytes; smaller ones keep its single-threaded loop lively. */
const packetBytes = 8192;
/** First byte of a packet from conmon. */
const stderrPacket = 3;
const endedCheckMs = 200;

export interface Attachment {
  /** conmon's socket. */
  readonly path: string;
  /** "once": the container's stdin closes with this connection, so an output-only client may not drop it. */
  readonly stdin: "none" | "open" | "once";
  /** Has the container's first process ended? Then nothing more may wait for a slow client. */
  readonly hasEnded: () => boolean;
}

/** One connection to a container's stdio through its monitor. A reader that stalls stalls the monitor, so we always drain. */
export class AttachedStreams implements ProcessStreams {
  readonly #attachment: Attachment;
  readonly #fd: number;
  readonly #output: OutputQueue;
  readonly #gone: () => void;
  #socket: AdoptedSocket | undefined;
  #drained: PromiseWithResolvers<void> | undefined;
  #lastWrite: Promise<unknown> = Promise.resolve();
  #isStdinOpen: boolean;
  #hasEnded = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Connects; the monitor takes the connection before it looks at output again, so none is missed after this. */
  static async open(attachment: Attachment, gone: (streams: AttachedStreams) => void): Promise<AttachedStreams> {
    const streams = new AttachedStreams(attachment, connectPackets(attachment.path), gone);
    streams.#socket = await adoptSocket(streams.#fd, {
      data: (packet) => streams.#output.push(packet[0] === stderrPacket ? 2 : 1, packet.subarray(1)),
      end: () => streams.#end(),
      drain: () => streams.#drained?.resolve(),
    });
    return streams;
  }

  private constructor(attachment: Attachment, fd: number, gone: (streams: AttachedStreams) => void) {
    this.#attachment = attachment;
    this.#fd = fd;
    this.#isStdinOpen = attachment.stdin !== "none";
    this.#gone = () => gone(this);
    this.#output = new OutputQueue({ pause: () => this.#pauseSource(), resume: () => this.#resumeSource() });
  }

  onOutput(listener: OutputListener): void {
    this.#output.onOutput(listener);
  }

  onEnd(listener: () => void): void {
    this.#output.onEnd(listener);
  }

  pause(): void {
    this.#output.pause();
  }

  resume(): void {
    this.#output.resume();
  }

  write(chunk: Uint8Array): Promise<boolean> {
    const writing = this.#lastWrite.then(() => this.#writeAll(chunk));
    this.#lastWrite = writing;
    return writing;
  }

  closeStdin(): void {
    if (!this.#isStdinOpen) return;
    void this.#lastWrite.then(() => {
      if (this.#isStdinOpen && !this.#hasEnded) endWriting(this.#fd);
      this.#isStdinOpen = false;
    });
  }

  close(): void {
    this.#output.discard();
    const holdsStdin = this.#attachment.stdin === "once" && this.#isStdinOpen;
    if (!holdsStdin) this.#release();
  }

  /** The container has ended: deliver what is left without waiting for anybody. */
  lift(): void {
    this.#output.lift();
  }

  /** Closes whatever state it is in. */
  abandon(): void {
    this.#output.discard();
    this.#release();
  }

  #release(): void {
    clearInterval(this.#timer);
    this.#isStdinOpen = false;
    this.#socket?.close();
    this.#end();
  }

  async #writeAll(chunk: Uint8Array): Promise<boolean> {
    for (let at = 0; at < chunk.length; ) {
      if (!this.#isStdinOpen || this.#hasEnded) return false;
      const piece = chunk.subarray(at, at + packetBytes);
      const written = this.#socket?.write(piece) ?? -1;
      if (written < 0) return false;
      // A packet is taken whole or not at all.
      if (written > 0) at += piece.length;
      else await this.#roomAgain();
    }
    return this.#isStdinOpen && !this.#hasEnded;
  }

  async #roomAgain(): Promise<void> {
    this.#drained = Promise.withResolvers();
    await this.#drained.promise;
    this.#drained = undefined;
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearInterval(this.#timer);
    this.#drained?.resolve();
    this.#output.end();
    this.#socket?.close();
    this.#gone();
  }

  #pauseSource(): void {
    this.#socket?.pause();
    this.#timer = setInterval(() => this.#attachment.hasEnded() && this.lift(), endedCheckMs);
  }

  #resumeSource(): void {
    clearInterval(this.#timer);
    this.#socket?.resume();
  }
}
