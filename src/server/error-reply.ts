import { atLeast } from "#api/version.ts";
import { EngineError, messageOf } from "#base/errors/engine-error.ts";
import { BodyTooLargeError, TruncatedBodyError } from "#platform/http/request-body.ts";
import { HttpSyntaxError } from "#platform/http/request-head.ts";
import { statusOf } from "./http-status.ts";
import { type Reply, reply, replyText } from "./reply.ts";

/** The status that tells a client of a failure. Anything that is not expected to be thrown is 500. */
export function statusOfFailure(thrown: unknown): number {
  if (thrown instanceof EngineError) return statusOf[thrown.kind];
  if (thrown instanceof HttpSyntaxError) return thrown.status;
  if (thrown instanceof BodyTooLargeError) return 413;
  if (thrown instanceof TruncatedBodyError) return 400;
  return 500;
}

/**
 * The answer to a failure: `{"message":…}`, or plain text for clients that asked for a version below 1.24. The content type
 * has no parameters: docker's client compares it as a whole.
 */
export function errorReply(status: number, message: string, version: string): Reply {
  if (atLeast(version, "1.24")) return reply(status, { message });
  return replyText(status, `${message}\n`, { "X-Content-Type-Options": "nosniff" });
}

export const failureReply = (thrown: unknown, version: string): Reply =>
  errorReply(statusOfFailure(thrown), messageOf(thrown), version);
