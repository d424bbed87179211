import {
  type ByteSource,
  type ByteStream,
  ClientConnection,
  ConnectionLost,
  type Endpoint,
  type ResponseHead,
} from "./client-connection.ts";

export interface HttpRequest {
  readonly method: string;
  /** Path with query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A whole body, or a stream that is sent in chunks. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface HttpResponse extends ResponseHead {
  readonly body: ByteSource;
  /** The whole body as text; at most what fits in memory. */
  text(): Promise<string>;
  /** After an answer to a request for an upgrade: the connection as a byte stream. */
  stream(): ByteStream;
}

/** HTTP/1.1 to one daemon over unix, tcp or TLS. Connections are kept and used again. */
export class HttpClient {
  readonly #endpoint: Endpoint;
  readonly #idle: ClientConnection[] = [];

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** Throws what the system says when no connection can be made, ConnectionLost when it breaks before the answer. */
  async request(request: HttpRequest): Promise<HttpResponse> {
    const kept = this.#takeIdle();
    if (kept) {
      try {
        return await this.#exchange(kept, request);
      } catch (error) {
        // The daemon may close an idle connection at any moment; a body that is a stream cannot be sent twice.
        if (!(error instanceof ConnectionLost) || isStream(request.body)) throw error;
      }
    }
    return this.#exchange(await ClientConnection.open(this.#endpoint), request);
  }

  #takeIdle(): ClientConnection | undefined {
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop())
      if (connection.isIdle) {
        connection.ref();
        return connection;
      }
    return undefined;
  }

  async #exchange(connection: ClientConnection, { method, target, headers, body }: HttpRequest): Promise<HttpResponse> {
    const lines = [`${method} ${target} HTTP/1.1`, "Host: docker"];
    for (const [name, value] of Object.entries(headers ?? {})) lines.push(`${name}: ${value}`);
    if (isStream(body)) lines.push("Transfer-Encoding: chunked");
    else if (body || method === "POST" || method === "PUT") lines.push(`Content-Length: ${body?.length ?? 0}`);
    const answer = connection.send(method, `${lines.join("\r\n")}\r\n\r\n`, isStream(body) ? undefined : body);
    const head = isStream(body)
      ? await Promise.race([answer, sendChunks(connection, body).then(() => answer)])
      : await answer;
    const text = async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of connection.body) chunks.push(chunk);
      this.#release(connection);
      return Buffer.concat(chunks).toString("utf8");
    };
    return { ...head, body: connection.body, text, stream: () => connection.asStream() };
  }

  #release(connection: ClientConnection): void {
    if (!connection.isIdle) return;
    connection.unref();
    this.#idle.push(connection);
  }
}

const isStream = (body: HttpRequest["body"]): body is AsyncIterable<Uint8Array> =>
  body !== undefined && Symbol.asyncIterator in body;

async function sendChunks(connection: ClientConnection, body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of body) {
    if (chunk.length === 0) continue;
    await connection.write(Buffer.from(`${chunk.length.toString(16)}\r\n`));
    await connection.write(chunk);
    await connection.write(Buffer.from("\r\n"));
  }
  await connection.write(Buffer.from("0\r\n\r\n"));
}
