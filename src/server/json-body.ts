import { decodeValue, type Schema } from "#api/schema.ts";
import { EngineError, messageOf } from "#base/errors/engine-error.ts";
import { explainJsonError } from "#formats/json/explain-json-error.ts";
import type { HttpExchange } from "#platform/http/exchange.ts";
import { BodyTooLargeError } from "#platform/http/request-body.ts";

/** Far above what any real body needs; the daemon's memory is not the client's to fill. */
const maxJsonBytes = 16 * 1024 * 1024;

/**
 * Reads and decodes a JSON body, with docker's refusals: wrong content type, broken JSON, content behind it, wrong types.
 * No body at all is an empty object, or a mistake where one is required.
 */
export async function readJsonBody(exchange: HttpExchange, schema: Schema, isRequired = false): Promise<unknown> {
  const { headers, body: framing } = exchange.head;
  const contentType = headers.get("content-type");
  if (framing === 0) {
    if (contentType) requireJson(contentType);
    if (isRequired) throw noBody();
    return decodeValue(schema, {}, "");
  }
  requireJson(contentType ?? "");
  const bytes = await collect(exchange);
  return decodeValue(schema, parse(bytes.toString("utf8")) ?? {}, "");
}

/** A client that goes in the middle has sent broken JSON, as docker tells it. */
async function collect(exchange: HttpExchange): Promise<Buffer> {
  try {
    return await exchange.body.collect(maxJsonBytes);
  } catch (cause) {
    throw cause instanceof BodyTooLargeError ? cause : invalid(`invalid JSON: ${messageOf(cause)}`, cause);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const fault = explainJsonError(text);
    if (fault?.kind === "trailing") throw invalid("unexpected content after JSON", cause);
    if (fault?.kind === "empty") throw noBody(cause);
    throw invalid(`invalid JSON: ${fault?.message ?? "invalid text"}`, cause);
  }
}

function requireJson(contentType: string): void {
  const mediaType = contentType.split(";", 1)[0]!.trim().toLowerCase();
  if (mediaType === "application/json") return;
  if (mediaType === "") throw unsupported(`malformed Content-Type header (${contentType}): mime: no media type`);
  throw unsupported(`unsupported Content-Type header (${mediaType}): must be 'application/json'`);
}

const noBody = (cause?: unknown) => invalid("invalid JSON: got EOF while reading request body", cause);
const invalid = (message: string, cause: unknown) =>
  new EngineError("invalid-argument", "api.invalid-json", message, { cause });
const unsupported = (message: string) => new EngineError("invalid-argument", "api.unsupported-content-type", message);
