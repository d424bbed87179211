import { HijackedConnection } from "./hijacked-connection.ts";
import { RequestBody } from "./request-body.ts";
import type { RequestHead } from "./request-head.ts";
import { formatResponseHead, type Headers, httpDate } from "./response-head.ts";

/** What an exchange needs of its connection. */
export interface ExchangeTransport {
  /** False when the peer is slow. */
  write(bytes: string | Uint8Array, encoding?: BufferEncoding): boolean;
  /** Resolves at the next drain or when the connection is gone. */
  drained(): Promise<void>;
  pause(): void;
  resume(): void;
  /** The response is complete. */
  finished(keepAlive: boolean): void;
  /** Gives the socket away, with the bytes read beyond this request. */
  takeOver(body: RequestBody, decodeInput: boolean): HijackedConnection;
  destroy(): void;
}

/** The client went away while an answer was written. */
export class ClientGoneError extends Error {
  override readonly name = "ClientGoneError";
  constructor() {
    super("the client has closed the connection");
  }
}

export interface BodyWriter {
  /** Resolves when the client has room for more. Rejects with ClientGoneError when it has gone. */
  write(chunk: Uint8Array | string): Promise<void>;
  end(): void;
}

/** One request and its one answer. */
export class HttpExchange {
  readonly head: RequestHead;
  readonly body: RequestBody;
  readonly startedAt = Date.now();
  readonly #transport: ExchangeTransport;
  #abort: AbortController | undefined;
  #gone = false;
  #aborted = false;
  #answered = false;
  #continued = false;
  /** The client's end of input means an end of stdin, not that it has gone. */
  #toleratesHalfClose = false;

  constructor(head: RequestHead, transport: ExchangeTransport) {
    this.head = head;
    this.#transport = transport;
    this.body = new RequestBody(head.body, {
      pause: () => transport.pause(),
      resume: () => transport.resume(),
      wanted: () => this.#sendContinue(),
    });
  }

  /** Has a head been written? */
  get isAnswered(): boolean {
    return this.#answered;
  }

  /** The connection is closed: nothing can be answered. */
  get isGone(): boolean {
    return this.#gone;
  }

  /** Aborts when the client has gone. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#aborted && !this.#abort.signal.aborted) this.#abort.abort(new ClientGoneError());
    return this.#abort.signal;
  }

  /** For requests that may become a hijack: a client that closes its sending side has only ended its input. */
  tolerateHalfClose(): void {
    this.#toleratesHalfClose = true;
  }

  /** Answers with a whole body. The length is set here, unless the status or the method allow no body. */
  respond(status: number, headers: Headers, body: string | Uint8Array = ""): void {
    const bodyless = status === 204 || status === 304;
    const length: Headers = bodyless ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
    const keepAlive = this.#mayKeepAlive();
    const head = formatResponseHead(status, this.#headers({ ...headers, ...length }, keepAlive));
    this.#begin();
    if (bodyless || this.head.method === "HEAD" || body.length === 0) this.#transport.write(head, "latin1");
    else if (typeof body === "string") this.#transport.write(head + body);
    else this.#transport.write(Buffer.concat([Buffer.from(head, "latin1"), body]));
    this.#transport.finished(keepAlive);
  }

  /** Sends the head at once; the body follows in chunks (or up to the connection's end, for HTTP/1.0). */
  startBody(status: number, headers: Headers): BodyWriter {
    const chunked = this.head.httpMinor === 1;
    const keepAlive = chunked && this.#mayKeepAlive();
    const framing: Headers = chunked ? { "Transfer-Encoding": "chunked" } : {};
    const head = formatResponseHead(status, this.#headers({ ...headers, ...framing }, keepAlive));
    this.#begin();
    this.#transport.write(head, "latin1");
    const silent = this.head.method === "HEAD";
    return {
      write: async (chunk) => {
        if (this.#gone) throw new ClientGoneError();
        if (silent || chunk.length === 0) return;
        if (!this.#transport.write(chunked ? framed(chunk) : chunk)) await this.#transport.drained();
        if (this.#gone) throw new ClientGoneError();
      },
      end: () => {
        if (chunked && !silent) this.#transport.write("0\r\n\r\n", "latin1");
        this.#transport.finished(keepAlive);
      },
    };
  }

  /**
   * Writes the head of a hijack, 101 when the client asked for an upgrade, else 200, and gives the connection away. A body
   * that was not read is input too: as it comes after an upgrade, unwrapped from its chunks without.
   */
  hijack(contentType: string): HijackedConnection {
    const { upgrade } = this.head;
    const head = upgrade
      ? formatResponseHead(101, { "Content-Type": contentType, Connection: "Upgrade", Upgrade: upgrade }, "UPGRADED")
      : formatResponseHead(200, { "Content-Type": contentType });
    this.#begin();
    this.#transport.write(head, "latin1");
    return this.#transport.takeOver(this.body, upgrade === undefined && this.head.body === "chunked");
  }

  /** Cuts the connection: the only honest end of an answer that cannot be completed. */
  destroy(): void {
    this.#transport.destroy();
  }

  /**
   * Called by the connection: the peer's end of input, or of everything. After an end of input the work is aborted, as there
   * is no other sign of a client that went away, but what is answered is still sent.
   */
  peerEnded(closed: boolean): void {
    this.body.fail();
    if (closed) this.#gone = true;
    else if (this.#toleratesHalfClose) return;
    this.#aborted = true;
    this.#abort?.abort(new ClientGoneError());
  }

  #begin(): void {
    if (this.#answered) throw new Error("a second answer to one request");
    this.#answered = true;
  }

  /** A body that the client holds back until it is asked for makes the connection useless: it may come or not. */
  #mayKeepAlive(): boolean {
    return this.head.keepAlive && (this.body.isComplete || !this.head.expectsContinue || this.#continued);
  }

  #headers(headers: Headers, keepAlive: boolean): Headers {
    return { ...headers, Date: httpDate(), ...(keepAlive ? {} : { Connection: "close" }) };
  }

  #sendContinue(): void {
    if (!this.head.expectsContinue || this.#continued || this.#answered) return;
    this.#continued = true;
    this.#transport.write("HTTP/1.1 100 Continue\r\n\r\n", "latin1");
  }
}

function framed(chunk: Uint8Array | string): string | Uint8Array {
  if (typeof chunk === "string") return `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`;
  return Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`, "latin1"), chunk, lineEnd]);
}

const lineEnd = Buffer.from("\r\n", "latin1");
