/** Hands bytes on; resolves when the client has room for more. Text is sent as UTF-8. */
export type Write = (chunk: Uint8Array | string) => Promise<void>;

/** Writes a streamed body. `signal` aborts when the client has gone; the stream ends when the promise resolves. */
export type Producer = (write: Write, signal: AbortSignal) => Promise<void>;

export type ReplyBody =
  | { readonly kind: "none" }
  | { readonly kind: "bytes"; readonly bytes: string | Uint8Array }
  | {
      readonly kind: "stream";
      readonly produce: Producer;
      /** Before this, nothing is sent: a failure then still gets an error status. */
      readonly headAt: "once" | "first-byte";
      /** What is written when `produce` fails after the head is out; without it the connection is cut. */
      readonly onFailure?: (thrown: unknown) => string;
    };

/** What a handler answers. Header names in the spelling that goes on the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReplyBody;
}

type ReplyHeaders = Readonly<Record<string, string>>;

/** An answer with a JSON body, or without a body when `value` is left out. */
export function reply(status: number, value?: unknown, headers: ReplyHeaders = {}): Reply {
  if (value === undefined) return { status, headers, body: { kind: "none" } };
  return {
    status,
    headers: { "Content-Type": "application/json", ...headers },
    body: { kind: "bytes", bytes: `${JSON.stringify(value)}\n` },
  };
}

export function replyText(status: number, text: string, headers: ReplyHeaders = {}): Reply {
  return {
    status,
    headers: { "Content-Type": "text/plain; charset=utf-8", ...headers },
    body: { kind: "bytes", bytes: text },
  };
}

/**
 * A streamed answer (status 200 unless told). The head is sent at once, before the first byte: clients of `wait`, `logs`
 * and `events` go on only when they have it. A failure later cuts the connection, so the client sees it as one.
 */
export function replyStream(
  source: AsyncIterable<Uint8Array | string> | Producer,
  options: { status?: number; contentType?: string; headers?: ReplyHeaders } = {},
): Reply {
  return {
    status: options.status ?? 200,
    headers: { ...(options.contentType ? { "Content-Type": options.contentType } : {}), ...options.headers },
    body: { kind: "stream", headAt: "once", produce: typeof source === "function" ? source : pump(source) },
  };
}

/**
 * A progress stream (pull, push, load, build): one JSON record a line, ended by CRLF. A failure before the first record is
 * answered with its status; a later one becomes the last record, as docker's clients expect.
 */
export function replyProgress(
  run: (report: (record: object) => Promise<void>, signal: AbortSignal) => Promise<void>,
  options: { headers?: ReplyHeaders } = {},
): Reply {
  return {
    status: 200,
    headers: { "Content-Type": "application/json", ...options.headers },
    body: {
      kind: "stream",
      headAt: "first-byte",
      produce: (write, signal) => run((record) => write(encodeRecord(record)), signal),
      onFailure: (thrown) => {
        const message = thrown instanceof Error ? thrown.message : String(thrown);
        return encodeRecord({ errorDetail: { message }, error: message });
      },
    },
  };
}

/** One record of a progress stream. */
export const encodeRecord = (record: object): string => `${JSON.stringify(record)}\r\n`;

function pump(source: AsyncIterable<Uint8Array | string>): Producer {
  return async (write, signal) => {
    for await (const chunk of source) {
      if (signal.aborted) return;
      await write(chunk);
    }
  };
}
