import type { Infer, Schema } from "./schema.ts";

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS";
/** How a query value is read: docker's booleans (0, no, false, none and empty are false), integers, text, or repeated. */
export type QueryKind = "string" | "integer" | "boolean" | "strings";
type QueryValue<K extends QueryKind> = K extends "string"
  ? string
  : K extends "integer"
    ? number
    : K extends "boolean"
      ? boolean
      : readonly string[];

/** Marks the JSON type of an answer; carries no value at run time. */
export interface Returns<T> {
  readonly answer?: T;
}
export const json = <T>(): Returns<T> => ({});

export interface RouteOptions {
  readonly query?: Readonly<Record<string, QueryKind>>;
  readonly body?: Schema;
  /** No body at all is a mistake here; elsewhere it is an empty object. */
  readonly bodyRequired?: boolean;
  /** "raw": the body is a byte stream that the operation reads itself (tar). */
  readonly rawBody?: boolean;
  readonly returns?: Returns<unknown>;
  /** The connection becomes a byte stream, with or without an Upgrade header. */
  readonly upgrade?: "tcp" | "websocket";
  /** API versions in which the route exists, "1.25" for example; open ends are left out. */
  readonly since?: string;
  readonly until?: string;
}

export interface Route<P extends string = string, O extends RouteOptions = RouteOptions> {
  readonly method: Method;
  readonly path: P;
  readonly options: O;
}

/**
 * One operation of the Engine API: written here once, read by the server's dispatch, the client, the docs and the
 * coverage test. `{name...}` in a path takes slashes (image names), `{id}` does not.
 */
export const route = <const P extends string, const O extends RouteOptions = Record<never, never>>(
  method: Method,
  path: P,
  options: O = {} as O,
): Route<P, O> => ({ method, path, options });

type PathNames<P extends string> = P extends `${string}{${infer N}}${infer Rest}`
  ? (N extends `${infer Plain}...` ? Plain : N) | PathNames<Rest>
  : never;

export type PathOf<R> = R extends Route<infer P> ? { readonly [K in PathNames<P>]: string } : never;
export type QueryOf<R> =
  R extends Route<string, { query: infer Q extends Readonly<Record<string, QueryKind>> }>
    ? { readonly [K in keyof Q]?: QueryValue<Q[K]> }
    : Record<never, never>;
export type BodyOf<R> = R extends { options: { body: infer B } } ? Infer<B> : undefined;
export type AnswerOf<R> = R extends Route<string, { returns: Returns<infer T> }> ? T : undefined;
