import { containerApi } from "#api/container.ts";
import type { ContainerCreate } from "#api/types/container.ts";
import { atLeast } from "#api/version.ts";
import { EngineError } from "#base/errors/engine-error.ts";
import { startBody } from "#engine/container/container-errors.ts";
import type { ContainerService } from "#engine/container/container-service.ts";
import type { CreateRequest } from "#engine/container/create.ts";
import { listFilterKeys } from "#engine/container/list.ts";
import { attachClient, multiplexedStream, rawStream } from "../attach-client.ts";
import { parseFilters } from "../filters.ts";
import { type Reply, reply, replyStream } from "../reply.ts";
import { type Answer, router } from "../route-table.ts";
import { createdView, inspectView, summaryView } from "../views/container.ts";
import { encodeLogBatch } from "../views/log-stream.ts";

export function containerRouter(containers: ContainerService): Answer[] {
  return router(containerApi, {
    list: async ({ query }) => listReply(containers, query),
    create: async ({ query, body }) =>
      reply(201, createdView(await containers.create(createRequest(query.name, query.platform, body)))),
    inspect: async ({ path, query, version }) => {
      const facts = containers.inspect(path.id);
      return reply(200, inspectView(facts, query.size ? await containers.sizes(facts.record) : undefined, version));
    },
    top: async ({ path, query }) => {
      const { titles, rows } = await containers.top(path.id, query.ps_args ?? "");
      return reply(200, { Processes: rows, Titles: titles });
    },
    logs: ({ path, query, version, signal }) => logsReply(containers, path.id, query, version, signal),
    resize: async ({ path, query }) => {
      await containers.resize(path.id, terminalSize(query));
      return reply(200);
    },
    start: async ({ path, headers, version }) => {
      if (atLeast(version, "1.24") && hasBody(headers)) throw startBody();
      return reply((await containers.start(path.id)) === "started" ? 204 : 304);
    },
    stop: async ({ path, query }) => {
      const outcome = await containers.stop(path.id, { signal: query.signal, graceSeconds: query.t });
      return reply(outcome === "stopped" ? 204 : 304);
    },
    restart: async ({ path, query }) => {
      await containers.restart(path.id, { signal: query.signal, graceSeconds: query.t });
      return reply(204);
    },
    kill: async ({ path, query }) => {
      await containers.kill(path.id, query.signal ?? "");
      return reply(204);
    },
    update: async ({ path, body }) => {
      await containers.update(path.id, body);
      return reply(200, { Warnings: null });
    },
    rename: async ({ path, query }) => {
      await containers.rename(path.id, query.name ?? "");
      return reply(204);
    },
    pause: async ({ path }) => {
      await containers.pause(path.id);
      return reply(204);
    },
    unpause: async ({ path }) => {
      await containers.unpause(path.id);
      return reply(204);
    },
    attach: async ({ path, query, version, headers, upgrade }) => {
      const { logs = false, stream = false, stdin = false, stdout = false, stderr = false, detachKeys = "" } = query;
      await containers.attach(path.id, { logs, stream, stdin, stdout, stderr, detachKeys }, (tty) =>
        attachClient(upgrade(streamType(tty, version, headers)), { raw: tty }),
      );
      return undefined;
    },
    wait: ({ path, query }) => {
      const { end } = containers.wait(path.id, query.condition ?? "");
      return replyStream(async (write) => write(`${JSON.stringify({ StatusCode: (await end).exitCode })}\n`), {
        contentType: "application/json",
      });
    },
    remove: async ({ path, query }) => {
      await containers.remove(path.id, {
        force: query.force ?? false,
        volumes: query.v ?? false,
        link: query.link ?? false,
      });
      return reply(204);
    },
  });
}

/** Clients before 1.42, and those that did not ask for an upgrade, must know by themselves whether there are frames. */
export function streamType(tty: boolean, version: string, headers: ReadonlyMap<string, string>): string {
  return !tty && atLeast(version, "1.42") && headers.has("upgrade") ? multiplexedStream : rawStream;
}

export function terminalSize({ h = "", w = "" }: { h?: string; w?: string }): { rows: number; columns: number } {
  return { rows: cells("height", h), columns: cells("width", w) };
}

function cells(what: string, text: string): number {
  if (/^\d+$/.test(text) && Number(text) < 2 ** 32) return Number(text);
  const why = /^\d+$/.test(text) ? "value out of range" : "invalid syntax";
  throw new EngineError(
    "invalid-argument",
    "api.invalid-size",
    `invalid resize ${what} ${JSON.stringify(text)}: ${why}`,
  );
}

/** docker overlooks a few bytes: old clients send `null` or `{}`. */
function hasBody(headers: ReadonlyMap<string, string>): boolean {
  return Number(headers.get("content-length") ?? 0) > 7 || headers.has("transfer-encoding");
}

function createRequest(name: string | undefined, platform: string | undefined, body: ContainerCreate): CreateRequest {
  const { HostConfig: hostConfig = {}, NetworkingConfig: networking = {}, ...config } = body;
  return { name: name ?? "", platform, config, hostConfig, networking };
}

interface ListQuery {
  readonly all?: boolean;
  readonly limit?: number;
  readonly size?: boolean;
  readonly filters?: string;
  readonly since?: string;
  readonly before?: string;
}

async function listReply(containers: ContainerService, query: ListQuery): Promise<Reply> {
  const filters = new Map(parseFilters(query.filters, listFilterKeys));
  // What came before there were filters.
  if (query.since) filters.set("since", [query.since]);
  if (query.before) filters.set("before", [query.before]);
  const all = (query.all ?? false) || query.since !== undefined || query.before !== undefined;
  const records = containers.list({ all, limit: Math.max(0, query.limit ?? 0), filters });
  const now = Date.now();
  const summaries = records.map(async (record) => {
    const sizes = query.size ? await containers.sizes(record) : undefined;
    return summaryView(record, {
      imageName: containers.imageName(record),
      networkId: containers.networkId(record),
      sizes,
      now,
    });
  });
  return reply(200, await Promise.all(summaries));
}

interface LogsQuery {
  readonly follow?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly timestamps?: boolean;
  readonly tail?: string;
  readonly details?: boolean;
}

function logsReply(
  containers: ContainerService,
  id: string,
  query: LogsQuery,
  version: string,
  signal: AbortSignal,
): Reply {
  const { follow = false, stdout = false, stderr = false, timestamps = false } = query;
  const log = containers.logs(id, {
    stdout,
    stderr,
    follow,
    signal,
    since: moment(query.since),
    until: moment(query.until),
    tail: /^\d+$/.test(query.tail ?? "") ? Number(query.tail) : undefined,
  });
  const form = { raw: log.tty, timestamps, details: query.details ? log.details : undefined };
  const contentType = !log.tty && atLeast(version, "1.42") ? multiplexedStream : rawStream;
  return replyStream(
    async (write) => {
      for await (const batch of log.batches) await write(encodeLogBatch(batch, form));
    },
    { contentType },
  );
}

/** Seconds since 1970 with optional fraction; empty and 0 mean none. */
function moment(text: string | undefined): Date | undefined {
  if (text === undefined || text === "" || text === "0") return undefined;
  if (/^-?\d+(\.\d+)?$/.test(text)) return new Date(Number(text) * 1000);
  throw new EngineError(
    "invalid-argument",
    "api.invalid-timestamp",
    `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}
