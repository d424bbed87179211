import { route } from "#api/route.ts";
import { array, integer, object, string } from "#api/schema.ts";
import { EngineError } from "#base/errors/engine-error.ts";
import { reply, replyProgress, replyStream } from "#server/reply.ts";
import { type Answer, router } from "#server/route-table.ts";

/** Routes that exercise every way a handler can take in and answer. */
const testApi = {
  echo: route("GET", "/echo/{name...}", {
    query: { flag: "boolean", count: "integer", word: "string", each: "strings" },
  }),
  json: route("POST", "/json", { body: object({ Name: string, Count: integer, List: array(string) }) }),
  raw: route("PUT", "/raw", { rawBody: true }),
  ignore: route("POST", "/ignore"),
  fail: route("GET", "/fail/{kind}"),
  stream: route("GET", "/stream"),
  endless: route("GET", "/endless"),
  broken: route("GET", "/broken"),
  early: route("POST", "/progress/early"),
  late: route("POST", "/progress/late"),
  attach: route("POST", "/attach", { query: { refuse: "boolean" }, upgrade: "tcp" }),
  start: route("POST", "/start", { body: object({ Name: string }), upgrade: "tcp" }),
  flood: route("POST", "/flood", { upgrade: "tcp" }),
  young: route("GET", "/young", { since: "1.40" }),
  old: route("GET", "/old", { until: "1.24" }),
};

export interface Seen {
  /** How endless streams and hijacks ended. */
  readonly endings: string[];
  /** Bytes that the flood wrote before it had to wait. */
  flooded: number;
}

export function testRoutes(seen: Seen = { endings: [], flooded: 0 }): Answer[] {
  return router(testApi, {
    echo: ({ path, query, version }) => reply(200, { path, query, version }),
    json: ({ body }) => reply(201, body),
    raw: async ({ rawBody }) => {
      let bytes = 0;
      for await (const chunk of rawBody) bytes += (chunk as Buffer).length;
      return reply(200, { bytes });
    },
    ignore: () => reply(204),
    fail: ({ path }) => {
      if (path.kind === "bug") throw new TypeError("undefined is not a function");
      throw new EngineError(path.kind as "conflict", "test.failed", `failed: <${path.kind}>`);
    },
    stream: () =>
      replyStream(
        async (write) => {
          await write("one\n");
          await write(Buffer.from("two\n"));
        },
        { contentType: "text/plain" },
      ),
    endless: ({ signal }) =>
      replyStream(async (write) => {
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        seen.endings.push("aborted");
        await write("too late");
      }),
    broken: () =>
      replyStream(async (write) => {
        await write("half");
        throw new Error("broken in the middle");
      }),
    early: () => replyProgress(() => Promise.reject(new EngineError("not-found", "test.none", "no such thing"))),
    late: () =>
      replyProgress(async (report) => {
        await report({ status: "working" });
        throw new Error("worked in vain");
      }),
    attach: async ({ query, upgrade }) => {
      await Promise.resolve();
      if (query.refuse) throw new EngineError("conflict", "test.refused", "not now");
      const connection = upgrade();
      const ended = Promise.withResolvers<void>();
      connection.onData((chunk) => connection.write(Buffer.from(chunk).toString().toUpperCase()));
      connection.onEnd(() => {
        connection.write("<end of input>");
        ended.resolve();
      });
      connection.onClose(() => seen.endings.push("closed"));
      await ended.promise;
      // More comes after the client's end of input.
      await new Promise((resolve) => setTimeout(resolve, 20));
      connection.write("<goodbye>");
      return undefined;
    },
    start: async ({ body, upgrade }) => {
      const connection = upgrade("application/vnd.docker.multiplexed-stream");
      connection.write(`started ${body.Name}:`);
      const ended = Promise.withResolvers<void>();
      connection.onData((chunk) => connection.write(chunk));
      connection.onEnd(ended.resolve);
      await ended.promise;
      return undefined;
    },
    flood: async ({ upgrade }) => {
      const connection = upgrade();
      const chunk = Buffer.alloc(64 * 1024, "x");
      const total = 64 * 1024 * 1024;
      let drained = Promise.withResolvers<void>();
      connection.onDrain(() => drained.resolve());
      for (let sent = 0; sent < total; sent += chunk.length) {
        seen.flooded = sent;
        if (connection.write(chunk)) continue;
        await drained.promise;
        drained = Promise.withResolvers();
      }
      return undefined;
    },
    young: () => reply(200, "young"),
    old: () => reply(200, "old"),
  });
}
