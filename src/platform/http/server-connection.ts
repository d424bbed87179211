import type { Duplex } from "node:stream";
import { type ExchangeTransport, HttpExchange } from "./exchange.ts";
import { HeadBuffer } from "./head-buffer.ts";
import { HijackedConnection } from "./hijacked-connection.ts";
import type { RequestBody } from "./request-body.ts";
import { HttpSyntaxError, parseRequestHead } from "./request-head.ts";
import { formatResponseHead, httpDate } from "./response-head.ts";
import { statusText } from "./status-text.ts";

/** Bytes of following requests kept while one is answered; then the socket is not read further. */
const maxPipelinedBytes = 64 * 1024;
/** An unread body up to this size is read and dropped for the sake of the connection's next request. */
const maxDiscardedBytes = 256 * 1024;
/** After a last answer, what the client still sends is dropped so long, so that it gets to read the answer. */
const lingerMilliseconds = 1000;

export interface ConnectionOptions {
  readonly onExchange: (exchange: HttpExchange) => void;
  /** The connection is over for HTTP: closed or given away by a hijack. */
  readonly onRelease: (connection: ServerConnection) => void;
}

/** HTTP/1.0 and 1.1 on one socket, opened with `allowHalfOpen`: one exchange after the other, the next one waits. */
export class ServerConnection implements ExchangeTransport {
  readonly #socket: Duplex;
  readonly #options: ConnectionOptions;
  readonly #head = new HeadBuffer();
  #exchange: HttpExchange | undefined;
  /** Input behind the request being answered. */
  #queued: Buffer[] = [];
  #queuedBytes = 0;
  #peerEnded = false;
  #state: "open" | "last-exchange" | "lingering" | "released" = "open";
  #isPumping = false;
  #waitingForDrain: (() => void)[] = [];
  /** When the head being received began, or the connection became idle: milliseconds since 1970. */
  #since = Date.now();
  readonly #listeners: readonly (readonly [string, (argument: Buffer) => void])[];

  constructor(socket: Duplex, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#listeners = [
      ["data", (chunk) => this.#onData(chunk)],
      ["end", () => this.#onEnd()],
      ["close", () => this.#onClose()],
      ["drain", () => this.#onDrain()],
    ];
    for (const [event, listener] of this.#listeners) socket.on(event, listener);
    // What went wrong does not matter: 'close' follows and tells everyone.
    socket.on("error", ignore);
  }

  /** Drops the connection when a head has been incomplete since before `deadline`. */
  dropIfStalled(deadline: number): void {
    if (!this.#exchange && this.#head.isPartial && this.#since < deadline)
      this.#reject(new HttpSyntaxError(408, "the request took too long"));
  }

  /** Ends an idle connection now, a busy one after its answer. */
  close(): void {
    if (this.#state !== "open") return;
    if (this.#exchange) this.#state = "last-exchange";
    else this.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  write(bytes: string | Uint8Array, encoding: BufferEncoding = "utf8"): boolean {
    if (this.#socket.destroyed || this.#socket.writableEnded) return true;
    return typeof bytes === "string" ? this.#socket.write(bytes, encoding) : this.#socket.write(bytes);
  }

  drained(): Promise<void> {
    if (this.#socket.destroyed || !this.#socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => this.#waitingForDrain.push(resolve));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  takeOver(body: RequestBody, decodeInput: boolean): HijackedConnection {
    const { waiting, decoder } = body.release();
    const early = [...waiting, ...this.#queued];
    this.#queued = [];
    this.#release();
    const wrapped = decodeInput && !decoder.isDone ? decoder : undefined;
    const ended = this.#peerEnded || (decodeInput && decoder.isDone && waiting.length > 0);
    return new HijackedConnection(this.#socket, early, ended, wrapped);
  }

  finished(keepAlive: boolean): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (!keepAlive || !exchange || this.#state !== "open" || (this.#peerEnded && this.#queued.length === 0))
      return this.#linger();
    if (exchange.body.isComplete) return this.#next();
    this.#exchange = exchange;
    void exchange.body.discard(maxDiscardedBytes).then((drained) => {
      this.#exchange = undefined;
      if (drained) this.#next();
      else this.#linger();
    });
  }

  #next(): void {
    this.#since = Date.now();
    this.#socket.resume();
    this.#pump();
  }

  #onData(chunk: Buffer): void {
    if (this.#state === "lingering") return;
    if (!this.#exchange && !this.#head.isPartial && this.#queuedBytes === 0) this.#since = Date.now();
    try {
      const rest = this.#exchange ? this.#exchange.body.feed(chunk) : chunk;
      if (rest) this.#queue(rest);
    } catch (error) {
      // The framing is lost: the reader of the body has been told, and nothing behind it can be trusted.
      if (!(error instanceof HttpSyntaxError)) throw error;
      this.#state = "last-exchange";
      if (this.#exchange?.isAnswered !== false) this.#linger();
    }
    this.#pump();
  }

  #queue(bytes: Buffer): void {
    this.#queued.push(bytes);
    this.#queuedBytes += bytes.length;
    if (this.#exchange && this.#queuedBytes > maxPipelinedBytes) this.#socket.pause();
  }

  /** Begins as many requests as can be begun; each waits for the one before it to be answered. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (!this.#exchange && this.#state === "open" && this.#queued.length > 0) {
      const chunk = this.#queued.shift()!;
      this.#queuedBytes -= chunk.length;
      try {
        this.#begin(chunk);
      } catch (error) {
        if (!(error instanceof HttpSyntaxError)) throw error;
        this.#reject(error);
      }
    }
    this.#isPumping = false;
    if (this.#peerEnded && !this.#exchange && this.#state === "open") this.#linger();
  }

  #begin(chunk: Buffer): void {
    const found = this.#head.push(chunk);
    if (!found) return;
    const exchange = new HttpExchange(parseRequestHead(found.head), this);
    this.#exchange = exchange;
    const rest = found.rest && exchange.body.feed(found.rest);
    if (rest) {
      this.#queued.unshift(rest);
      this.#queuedBytes += rest.length;
    }
    this.#options.onExchange(exchange);
    if (this.#peerEnded && this.#exchange === exchange) exchange.peerEnded(false);
  }

  /** Answers what is not HTTP, in the words that Go's server uses, and ends the connection. */
  #reject(error: HttpSyntaxError): void {
    const reason = `${error.status} ${statusText(error.status)}`;
    const body = error.status === 400 ? `${reason}: ${error.message}` : reason;
    const head = formatResponseHead(error.status, {
      "Content-Type": "text/plain; charset=utf-8",
      "Content-Length": String(body.length),
      Connection: "close",
      Date: httpDate(),
    });
    this.#exchange = undefined;
    this.write(head + body);
    this.#linger();
  }

  /** Sends what is buffered and our end; waits for the peer's, but not for long. */
  #linger(): void {
    if (this.#state === "lingering" || this.#state === "released") return;
    this.#state = "lingering";
    this.#queued = [];
    this.#socket.resume();
    this.#socket.end();
    if (this.#peerEnded) return;
    setTimeout(() => this.#socket.destroy(), lingerMilliseconds).unref();
  }

  #onEnd(): void {
    this.#peerEnded = true;
    if (this.#exchange) this.#exchange.peerEnded(false);
    else if (this.#queued.length === 0) this.#linger();
  }

  #onClose(): void {
    this.#exchange?.peerEnded(true);
    this.#onDrain();
    this.#release();
  }

  #onDrain(): void {
    for (const resolve of this.#waitingForDrain.splice(0)) resolve();
  }

  #release(): void {
    if (this.#state === "released") return;
    this.#state = "released";
    for (const [event, listener] of this.#listeners) this.#socket.off(event, listener);
    this.#options.onRelease(this);
  }
}

const ignore = (): void => undefined;
