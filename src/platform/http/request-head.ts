/** What a request's first block says, checked and taken apart. */
export interface RequestHead {
  readonly method: string;
  /** Path with query, as it was sent; `*` for `OPTIONS *`. */
  readonly target: string;
  /** Minor version of HTTP/1. */
  readonly httpMinor: 0 | 1;
  /** Names in lower case; repeated ones joined by ", ". */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: BodyFraming;
  readonly keepAlive: boolean;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** The protocol the client wants to change to ("tcp", "h2c", "websocket"), in lower case. */
  readonly upgrade: string | undefined;
}

/** How long the body is: a number of bytes (0 for none), or chunks up to an empty one. */
export type BodyFraming = number | "chunked";

/** A request that is not HTTP/1 as RFC 9112 wants it. The connection cannot be used further. */
export class HttpSyntaxError extends Error {
  override readonly name = "HttpSyntaxError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const requestLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e\x80-\xff]+) HTTP\/(\d)\.(\d)$/;
const headerLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;

/**
 * Parses the text before the empty line (latin1, without it). Strict where leniency lets two readers of one connection
 * disagree about where a request ends: no bare line feeds, no folded lines, no space before a colon, no length beside
 * chunks, no two lengths. Throws HttpSyntaxError.
 */
export function parseRequestHead(text: string): RequestHead {
  const lines = text.split("\r\n");
  const first = requestLine.exec(lines[0]!);
  if (!first) throw new HttpSyntaxError(400, "malformed request line");
  const [, method, target, major, minor] = first;
  if (major !== "1" || (minor !== "0" && minor !== "1")) throw new HttpSyntaxError(505, "unsupported protocol version");
  const httpMinor = minor === "1" ? 1 : 0;
  const headers = parseHeaders(lines);
  const connection = tokens(headers.get("connection"));
  const expect = headers.get("expect")?.toLowerCase();
  if (expect !== undefined && expect !== "100-continue") throw new HttpSyntaxError(417, "unknown expectation");
  return {
    method: method!,
    target: originForm(target!),
    httpMinor,
    headers,
    body: framingOf(headers, httpMinor),
    keepAlive: httpMinor === 1 ? !connection.includes("close") : connection.includes("keep-alive"),
    expectsContinue: expect !== undefined && httpMinor === 1,
    upgrade: connection.includes("upgrade") ? headers.get("upgrade")?.toLowerCase() : undefined,
  };
}

function parseHeaders(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let i = 1; i < lines.length; i++) {
    const match = headerLine.exec(lines[i]!);
    if (!match) throw new HttpSyntaxError(400, "malformed header line");
    const name = match[1]!.toLowerCase();
    const value = match[2]!.trimEnd();
    const earlier = headers.get(name);
    if (earlier !== undefined && name === "host") throw new HttpSyntaxError(400, "too many Host headers");
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return headers;
}

function framingOf(headers: ReadonlyMap<string, string>, httpMinor: 0 | 1): BodyFraming {
  if (httpMinor === 1 && !headers.has("host")) throw new HttpSyntaxError(400, "missing required Host header");
  const length = headers.get("content-length");
  const encoding = headers.get("transfer-encoding");
  if (encoding !== undefined) {
    if (length !== undefined) throw new HttpSyntaxError(400, "both Content-Length and Transfer-Encoding");
    if (httpMinor === 0) throw new HttpSyntaxError(400, "Transfer-Encoding in HTTP/1.0");
    if (encoding.toLowerCase() !== "chunked") throw new HttpSyntaxError(501, "unsupported transfer encoding");
    return "chunked";
  }
  if (length === undefined) return 0;
  if (!/^\d{1,15}$/.test(length)) throw new HttpSyntaxError(400, "bad Content-Length");
  return Number(length);
}

/** `http://host/path` means `/path`, as a proxy would write it. */
function originForm(target: string): string {
  if (target.startsWith("/") || target === "*") return target;
  const match = /^https?:\/\/[^/?]*(.*)$/i.exec(target);
  if (!match) throw new HttpSyntaxError(400, "malformed request target");
  return match[1]!.startsWith("/") ? match[1]! : `/${match[1]}`;
}

const tokens = (value: string | undefined): string[] =>
  value === undefined ? [] : value.split(",").map((token) => token.trim().toLowerCase());
