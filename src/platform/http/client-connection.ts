import { connect, type Socket, type SocketHandler } from "bun";
import { BodyDecoder } from "./body-decoder.ts";
import { HeadBuffer } from "./head-buffer.ts";

/** Where a daemon listens. */
export type Endpoint =
  | { readonly unix: string }
  | { readonly hostname: string; readonly port: number; readonly tls?: ClientTls };

/** PEM texts. Without `ca` the system's certificates are trusted; without `verify` any is. */
export interface ClientTls {
  readonly verify: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Bytes as they arrive; one reader. Reading slowly stops the peer. */
export interface ByteSource extends AsyncIterable<Uint8Array> {
  /** Stops reading for good and drops the connection. */
  cancel(): void;
}

/** A connection that has become a byte stream (hijack). */
export interface ByteStream {
  readonly source: ByteSource;
  /** Resolves when the bytes may be followed by more. Does nothing after the connection is gone. */
  write(chunk: Uint8Array): Promise<void>;
  /** No more will be written; reading goes on. */
  endWrite(): void;
}

/** The peer closed before an answer was whole, or is not whom it should be. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

/** One client connection of HTTP/1.1: a request at a time, kept alive, or given away as a byte stream. */
export class ClientConnection {
  #socket!: Socket;
  readonly #heads = new HeadBuffer();
  #waiting: PromiseWithResolvers<ResponseHead> | undefined;
  #decoder: BodyDecoder | undefined;
  /** A body or stream without length: everything up to the close belongs to it. */
  #untilClose = false;
  #queue = new ByteQueue();
  #drained: PromiseWithResolvers<void> | undefined;
  #unsent: Uint8Array | undefined;
  #closed = false;
  #headOnly = false;
  #reusable = false;

  static async open(endpoint: Endpoint): Promise<ClientConnection> {
    const connection = new ClientConnection();
    const socket = {
      data: (_: Socket, chunk: Buffer) => connection.#take(chunk),
      drain: () => connection.#onDrain(),
      end: () => connection.#onClose(),
      close: () => connection.#onClose(),
      error: () => connection.#onClose(),
    };
    if ("unix" in endpoint) connection.#socket = await connect({ unix: endpoint.unix, socket, allowHalfOpen: true });
    else if (endpoint.tls) await connection.#openTls(endpoint, endpoint.tls, socket);
    else {
      const { hostname, port } = endpoint;
      connection.#socket = await connect({ hostname, port, socket, allowHalfOpen: true });
    }
    return connection;
  }

  /** Nothing is sent before the peer is known to be the right one. */
  async #openTls(
    { hostname, port }: { readonly hostname: string; readonly port: number },
    { verify, ca, cert, key }: ClientTls,
    socket: SocketHandler<undefined>,
  ): Promise<void> {
    const done = Promise.withResolvers<void>();
    const handlers: SocketHandler<undefined> = {
      ...socket,
      handshake: (_, finished, problem) => {
        if (problem && verify) done.reject(new ConnectionLost(`tls: failed to verify certificate: ${problem.message}`));
        else if (finished) done.resolve();
        else done.reject(new ConnectionLost("tls: handshake failure"));
      },
      close: () => {
        done.reject(new ConnectionLost("EOF"));
        this.#onClose();
      },
    };
    const tls = { rejectUnauthorized: verify, ca, cert, key, serverName: hostname };
    this.#socket = await connect({ hostname, port, socket: handlers, allowHalfOpen: true, tls });
    try {
      await done.promise;
    } catch (error) {
      this.#socket.terminate();
      throw error;
    }
  }

  /** May another request be sent? */
  get isIdle(): boolean {
    return this.#reusable && !this.#closed && this.#waiting === undefined && (this.#decoder?.isDone ?? true);
  }

  /** Sends a request's head and, when given, its whole body. */
  async send(method: string, head: string, body?: Uint8Array): Promise<ResponseHead> {
    this.#headOnly = method === "HEAD";
    this.#decoder = undefined;
    this.#queue = new ByteQueue();
    this.#reusable = false;
    this.#waiting = Promise.withResolvers<ResponseHead>();
    const answer = this.#waiting.promise;
    const bytes = Buffer.from(head, "latin1");
    void this.write(body ? Buffer.concat([bytes, body]) : bytes);
    if (this.#closed) this.#fail();
    return answer;
  }

  /** The present answer's body. */
  get body(): ByteSource {
    const queue = this.#queue;
    const destroy = () => this.destroy();
    return { [Symbol.asyncIterator]: () => queue.read(this.#socket), cancel: destroy };
  }

  /** The connection as a byte stream, after an answer that made it one. */
  asStream(): ByteStream {
    this.#reusable = false;
    return { source: this.body, write: (chunk) => this.write(chunk), endWrite: () => this.#endWrite() };
  }

  async write(chunk: Uint8Array): Promise<void> {
    while (this.#unsent && !this.#closed) await this.#drained!.promise;
    if (this.#closed || chunk.length === 0) return;
    const sent = this.#socket.write(chunk);
    if (sent >= chunk.length) return;
    this.#unsent = chunk.subarray(Math.max(0, sent));
    this.#drained = Promise.withResolvers<void>();
    await this.#drained.promise;
  }

  destroy(): void {
    this.#socket.terminate();
    this.#onClose();
  }

  /** Lets the event loop end while the connection is idle. */
  unref(): void {
    this.#socket.unref();
  }
  ref(): void {
    this.#socket.ref();
  }

  #endWrite(): void {
    if (this.#closed) return;
    // With `true` Bun shuts down the reading side instead.
    this.#socket.shutdown();
  }

  #onDrain(): void {
    if (!this.#unsent) return;
    const sent = this.#socket.write(this.#unsent);
    if (sent < this.#unsent.length) {
      this.#unsent = this.#unsent.subarray(Math.max(0, sent));
      return;
    }
    this.#unsent = undefined;
    this.#drained!.resolve();
  }

  /** What is not HTTP ends the connection; whoever waits is told. */
  #take(chunk: Buffer): void {
    try {
      this.#onData(chunk);
    } catch (error) {
      const lost = error instanceof ConnectionLost ? error : new ConnectionLost((error as Error).message);
      this.#waiting?.reject(lost);
      this.#waiting = undefined;
      this.#queue.fail(lost);
      this.destroy();
    }
  }

  #onData(chunk: Buffer): void {
    if (this.#waiting === undefined) return this.#onBody(chunk);
    const complete = this.#heads.push(Buffer.from(chunk));
    if (!complete) return;
    const head = parseResponseHead(complete.head);
    // An interim answer (100 Continue): the real one follows.
    if (head.status >= 100 && head.status < 200 && head.status !== 101) {
      if (complete.rest) this.#onData(complete.rest);
      return;
    }
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    this.#frame(head);
    resolve(head);
    if (complete.rest) this.#onBody(complete.rest);
  }

  /** Decides how the body ends (RFC 9112, 6.3). */
  #frame({ status, headers }: ResponseHead): void {
    const length = headers.get("content-length");
    const chunked = headers.get("transfer-encoding")?.toLowerCase() === "chunked";
    const bodiless = this.#headOnly || status === 204 || status === 304;
    this.#untilClose = !bodiless && (status === 101 || (!chunked && length === undefined));
    this.#reusable = !this.#untilClose && headers.get("connection")?.toLowerCase() !== "close";
    if (this.#untilClose) return;
    this.#decoder = new BodyDecoder(bodiless ? 0 : chunked ? "chunked" : Number(length ?? 0));
    if (this.#decoder.isDone) this.#queue.end();
  }

  #onBody(chunk: Buffer): void {
    if (this.#untilClose) this.#queue.push(Buffer.from(chunk), this.#socket);
    else {
      this.#decoder?.push(chunk, (data) => this.#queue.push(Buffer.from(data), this.#socket));
      if (this.#decoder?.isDone) this.#queue.end();
    }
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#drained?.resolve();
    this.#fail();
    if (this.#untilClose || (this.#decoder?.isDone ?? true)) this.#queue.end();
    else this.#queue.fail(new ConnectionLost("unexpected EOF"));
  }

  #fail(): void {
    this.#waiting?.reject(new ConnectionLost("EOF"));
    this.#waiting = undefined;
  }
}

const highWaterBytes = 1024 * 1024;

/** Chunks between the socket and one reader; a full queue pauses the socket. */
class ByteQueue {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #ended = false;
  #error: Error | undefined;
  #paused = false;
  #wake: (() => void) | undefined;

  push(chunk: Buffer, socket: Socket): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > highWaterBytes && !this.#paused) {
      this.#paused = true;
      socket.pause();
    }
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** The first failure is the cause of those that follow. */
  fail(error: Error): void {
    this.#error ??= error;
    this.end();
  }

  async *read(socket: Socket): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#bytes -= chunk.length;
        if (this.#paused && this.#bytes === 0) {
          this.#paused = false;
          socket.resume();
        }
        yield chunk;
      } else if (this.#error) throw this.#error;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

function parseResponseHead(text: string): ResponseHead {
  const [first, ...lines] = text.split("\r\n");
  const match = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(first!);
  if (!match) throw new ConnectionLost(`malformed HTTP response ${JSON.stringify(first)}`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { status: Number(match[1]), reason: match[2]!, headers };
}
