import type { Readable } from "node:stream";
import type { BodyOf, PathOf, QueryOf, Route } from "#api/route.ts";
import type { HijackedConnection } from "#platform/http/hijacked-connection.ts";
import type { Reply } from "./reply.ts";

/** The answers to one route table: a missing or misspelt one does not compile. */
export type Handlers<Api extends Readonly<Record<string, Route>>> = {
  readonly [Name in keyof Api]: Handler<Api[Name]>;
};

/**
 * Answers one operation. A throw becomes the error answer (see error-reply.ts). A handler that has called `upgrade()`
 * returns nothing; when its promise resolves the connection is ended, and a throw then closes it: what the user is to
 * read must be written into the stream by the handler, in the stream's own framing.
 */
export type Handler<R> = (request: ApiRequest<R>) => Handled<R> | Promise<Handled<R>>;

type Handled<R> = R extends { options: { upgrade: string } } ? Reply | undefined : Reply;

export interface ApiRequest<R> {
  readonly path: PathOf<R>;
  readonly query: QueryOf<R>;
  /** Decoded by the route's schema; an absent body is an empty object. */
  readonly body: BodyOf<R>;
  /** The API version asked for, or the newest one: "1.47". Compare with `atLeast` of api/version.ts. */
  readonly version: string;
  /** Names in lower case; repeated ones joined by ", ". */
  readonly headers: ReadonlyMap<string, string>;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** The body as it arrives, for routes with `rawBody`; ends at once otherwise. Fails when the client cuts it short. */
  readonly rawBody: Readable;
  /**
   * Takes the connection over: writes the head (101 when the client asked for an upgrade, else 200) and leaves bytes both
   * ways. `contentType` is by default `application/vnd.docker.raw-stream`. May be called once, before any await that the
   * client's `start` depends on.
   */
  readonly upgrade: (contentType?: string) => HijackedConnection;
}

/** What dispatch needs of a handler whose route it looks up at run time. */
export type AnyHandler = (request: ApiRequest<Route>) => Reply | undefined | Promise<Reply | undefined>;
