import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Logger } from "#base/diagnostics/logger.ts";
import { ApiServer } from "#server/api-server.ts";
import { type ListenAddress } from "#server/listen-address.ts";
import { type Listener, type ListenOptions, listen } from "#server/listeners.ts";
import type { Answer } from "#server/route-table.ts";
import { RawConnection } from "./raw-connection.ts";

/** A real API server on a unix socket in a folder of its own, with the answers of a test. */
export class ServerUnderTest implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "wherry-server-"));
  readonly socketPath = join(this.folder, "api.sock");
  readonly logged: string[] = [];
  readonly api: ApiServer;
  readonly #listeners: Listener[] = [];

  constructor(options: { corsOrigin?: string } = {}) {
    const logger = new Logger({
      level: "debug",
      format: "text",
      coloured: false,
      write: (line) => this.logged.push(line),
    });
    this.api = new ApiServer({ logger, productVersion: "1.2.3", corsOrigin: options.corsOrigin ?? "" });
  }

  static async start(answers: readonly Answer[], options: { corsOrigin?: string } = {}): Promise<ServerUnderTest> {
    const server = new ServerUnderTest(options);
    await server.listen({ kind: "unix", path: server.socketPath });
    server.api.serve(answers);
    return server;
  }

  async listen(address: ListenAddress, options: Partial<ListenOptions> = {}): Promise<Listener> {
    const listeners = await listen(address, {
      group: "",
      isDefaultGroup: false,
      tls: undefined,
      inherited: [],
      onConnection: (socket) => this.api.accept(socket),
      onFailure: (error) => this.logged.push(String(error)),
      ...options,
    });
    this.#listeners.push(...listeners);
    return listeners[0]!;
  }

  connect(): Promise<RawConnection> {
    return RawConnection.open({ path: this.socketPath });
  }

  /** One request with fetch. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://docker${path}`, { ...init, unix: this.socketPath } as RequestInit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const listener of this.#listeners) await listener.close();
    await this.api.close(0);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
