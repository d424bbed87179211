import { decodeValue, type Schema } from "#api/schema.ts";
import { EngineError } from "#base/errors/engine-error.ts";
import { explainJsonError } from "#formats/json/explain-json-error.ts";
import type { HttpExchange } from "#platform/http/exchange.ts";

/** Far above what any real body needs; the daemon's memory is not the client's to fill. */
const maxJsonBytes = 16 * 1024 * 1024;

/**
 * Reads and decodes a JSON body, with docker's refusals: wrong content type, broken JSON, content behind it, wrong types.
 * No body at all is an empty object.
 */
export async function readJsonBody(exchange: HttpExchange, schema: Schema): Promise<unknown> {
  const { headers, body: framing } = exchange.head;
  const contentType = headers.get("content-type");
  if (framing === 0) {
    if (contentType) requireJson(contentType);
    return decodeValue(schema, {}, "");
  }
  requireJson(contentType ?? "");
  const bytes = await exchange.body.collect(maxJsonBytes);
  return decodeValue(schema, parse(bytes.toString("utf8")) ?? {}, "");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const fault = explainJsonError(text);
    if (fault?.kind === "trailing") throw invalid("unexpected content after JSON", cause);
    if (fault?.kind === "empty") throw invalid("invalid JSON: got EOF while reading request body", cause);
    throw invalid(`invalid JSON: ${fault?.message ?? "invalid text"}`, cause);
  }
}

function requireJson(contentType: string): void {
  const mediaType = contentType.split(";", 1)[0]!.trim().toLowerCase();
  if (mediaType === "application/json") return;
  if (mediaType === "") throw unsupported(`malformed Content-Type header (${contentType}): mime: no media type`);
  throw unsupported(`unsupported Content-Type header (${mediaType}): must be 'application/json'`);
}

const invalid = (message: string, cause: unknown) =>
  new EngineError("invalid-argument", "api.invalid-json", message, { cause });
const unsupported = (message: string) => new EngineError("invalid-argument", "api.unsupported-content-type", message);
