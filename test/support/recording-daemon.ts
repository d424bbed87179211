import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";

export interface RecordedRequest {
  readonly method: string;
  /** "1.51"; undefined in a path without one. */
  readonly version: string | undefined;
  /** Without the version. */
  readonly path: string;
  /** Sorted, decoded. */
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly upgrade: string | undefined;
  readonly body: string;
}

export interface RecordedAnswer {
  readonly status: number;
  readonly body?: string | object;
  /** Written after a 101, before the daemon closes its side. */
  readonly stream?: Uint8Array;
}

const id = "a".repeat(64);
const execId = "e".repeat(64);

/** A daemon that does nothing but tell what it was asked: to compare clients by their requests. */
export class RecordingDaemon implements AsyncDisposable {
  readonly #folder = mkdtempSync("/tmp/w-rec-");
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #requests: RecordedRequest[] = [];
  #overrides = new Map<string, RecordedAnswer>();

  private constructor(apiVersion: string) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => socket.destroy());
      new Conversation(socket, apiVersion, (request) => this.#answer(request)).begin();
    });
  }

  /** `apiVersion` is the newest that it accepts. */
  static async start({ apiVersion = "1.51" } = {}): Promise<RecordingDaemon> {
    const daemon = new RecordingDaemon(apiVersion);
    await new Promise<void>((resolve) => daemon.#server.listen(join(daemon.#folder, "s"), resolve));
    return daemon;
  }

  get host(): string {
    return `unix://${join(this.#folder, "s")}`;
  }

  /** What was asked since the last call. */
  take(): readonly RecordedRequest[] {
    const taken = this.#requests;
    this.#requests = [];
    return taken;
  }

  /** Answers "METHOD /path" otherwise than usual. */
  answer(what: string, answer: RecordedAnswer): void {
    this.#overrides.set(what, answer);
  }

  #answer(request: RecordedRequest): RecordedAnswer {
    this.#requests.push(request);
    return this.#overrides.get(`${request.method} ${request.path}`) ?? usualAnswer(request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const inspected = {
  Id: id,
  Name: "/web",
  Config: { Tty: false, OpenStdin: true },
  HostConfig: { AutoRemove: false },
  State: { Running: true, Status: "running" },
  NetworkSettings: { Ports: {}, Networks: {} },
};

function usualAnswer({ method, path, upgrade }: RecordedRequest): RecordedAnswer {
  if (upgrade !== undefined) return { status: 101 };
  if (path === "/containers/create") return { status: 201, body: { Id: id, Warnings: [] } };
  if (/^\/containers\/[^/]+\/exec$/.test(path)) return { status: 201, body: { Id: execId } };
  if (/^\/exec\/[^/]+\/json$/.test(path)) return { status: 200, body: { ExitCode: 0, Running: false } };
  if (/^\/containers\/[^/]+\/json$/.test(path)) return { status: 200, body: inspected };
  if (path.endsWith("/wait")) return { status: 200, body: { StatusCode: 0 } };
  if (path.endsWith("/top")) return { status: 200, body: { Titles: ["PID"], Processes: [["1"]] } };
  if (path.endsWith("/update")) return { status: 200, body: { Warnings: null } };
  if (path === "/volumes" && method === "GET") return { status: 200, body: { Volumes: [], Warnings: null } };
  if (path === "/volumes/create") return { status: 201, body: { Name: "data" } };
  if (path === "/auth") return { status: 200, body: { Status: "Login Succeeded", IdentityToken: "" } };
  if (path === "/images/create" || path === "/events") return { status: 200, body: "" };
  if (path === "/version") return { status: 200, body: { Platform: { Name: "" }, Components: [], Version: "1" } };
  if (/\/(logs)$/.test(path)) return { status: 200, body: "" };
  if (/^\/images\/.+\/json$/.test(path)) return { status: 200, body: { Id: `sha256:${id}` } };
  if (path.endsWith("/json") || path.endsWith("/history") || path === "/networks") return { status: 200, body: [] };
  if (method === "DELETE" && path.startsWith("/images/")) return { status: 200, body: [] };
  if (method === "POST" || method === "DELETE") return { status: 204 };
  return { status: 200, body: {} };
}

/** The requests of one connection, one after the other. */
class Conversation {
  readonly #socket: Socket;
  readonly #apiVersion: string;
  readonly #answer: (request: RecordedRequest) => RecordedAnswer;
  #bytes: Buffer = Buffer.alloc(0);
  #hijacked = false;

  constructor(socket: Socket, apiVersion: string, answer: (request: RecordedRequest) => RecordedAnswer) {
    this.#socket = socket;
    this.#apiVersion = apiVersion;
    this.#answer = answer;
  }

  begin(): void {
    this.#socket.on("data", (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      while (!this.#hijacked && this.#takeOne());
    });
    this.#socket.on("end", () => this.#socket.end());
  }

  /** True when a whole request was there. */
  #takeOne(): boolean {
    const end = this.#bytes.indexOf("\r\n\r\n");
    if (end === -1) return false;
    const [first, ...lines] = this.#bytes.subarray(0, end).toString("latin1").split("\r\n");
    const [method, target] = first!.split(" ") as [string, string];
    const headers = new Map(lines.map((line) => [line.split(":", 1)[0]!.toLowerCase(), line.replace(/^[^:]*: */, "")]));
    const rest = this.#bytes.subarray(end + 4);
    const body = headers.has("transfer-encoding") ? unchunked(rest) : plainBody(rest, headers.get("content-length"));
    if (!body) return false;
    this.#bytes = rest.subarray(body.length);
    const url = new URL(target, "http://daemon");
    const query: Record<string, string[]> = {};
    url.searchParams.sort();
    for (const [name, value] of url.searchParams) (query[name] ??= []).push(value);
    const [, version, path] = /^(?:\/v([\d.]+))?(\/.*)$/.exec(url.pathname)! as unknown as [string, string?, string?];
    const request = { method, version, path: path!, query, upgrade: headers.get("upgrade"), body: body.text };
    const answer = this.#answer(request);
    const tooNew = version !== undefined && Number(version.split(".")[1]) > Number(this.#apiVersion.split(".")[1]);
    this.#respond(
      request,
      tooNew ? { status: 400, body: { message: `client version ${version} is too new` } } : answer,
    );
    return true;
  }

  #respond({ method }: RecordedRequest, { status, body, stream }: RecordedAnswer): void {
    if (status === 101) {
      this.#hijacked = true;
      const type = "Content-Type: application/vnd.docker.multiplexed-stream";
      this.#socket.write(`HTTP/1.1 101 UPGRADED\r\n${type}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`);
      if (stream) this.#socket.write(stream);
      // Late enough for a client that starts the container behind its attach.
      setTimeout(() => this.#socket.end(), 100);
      return;
    }
    const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
    const length = status === 204 ? "" : `Content-Length: ${Buffer.byteLength(text)}\r\n`;
    const head = `Api-Version: ${this.#apiVersion}\r\nOstype: linux\r\nServer: Docker/28.5.2 (linux)\r\n`;
    this.#socket.write(`HTTP/1.1 ${status} X\r\n${head}Content-Type: application/json\r\n${length}\r\n`);
    if (method !== "HEAD") this.#socket.write(text);
  }
}

interface Body {
  readonly text: string;
  /** Bytes that it takes of the connection. */
  readonly length: number;
}

function plainBody(bytes: Buffer, contentLength: string | undefined): Body | undefined {
  const length = Number(contentLength ?? 0);
  return bytes.length < length ? undefined : { text: bytes.subarray(0, length).toString("utf8"), length };
}

function unchunked(bytes: Buffer): Body | undefined {
  let text = "";
  for (let at = 0; ; ) {
    const line = bytes.indexOf("\r\n", at);
    if (line === -1) return undefined;
    const size = Number.parseInt(bytes.subarray(at, line).toString("latin1"), 16);
    const end = line + 2 + size + 2;
    if (bytes.length < end) return undefined;
    text += bytes.subarray(line + 2, line + 2 + size).toString("utf8");
    at = end;
    if (size === 0) return { text, length: at };
  }
}
