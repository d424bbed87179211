import { parseChallenges } from "./challenge.ts";
import { RegistryError, type RegistryFailure } from "./registry-service.ts";

const failures: Readonly<Record<string, RegistryFailure>> = {
  DENIED: "denied",
  UNAUTHORIZED: "unauthorized",
  MANIFEST_UNKNOWN: "manifest-unknown",
  NAME_UNKNOWN: "name-unknown",
  TOOMANYREQUESTS: "too-many-requests",
};

const defaultMessages: Readonly<Record<string, string>> = {
  DENIED: "requested access to the resource is denied",
  UNAUTHORIZED: "authentication required",
  MANIFEST_UNKNOWN: "manifest unknown",
  NAME_UNKNOWN: "repository name not known to registry",
  BLOB_UNKNOWN: "blob unknown to registry",
  TOOMANYREQUESTS: "too many requests",
};

/** So much of an error's body is looked at. */
const maxBodyBytes = 64 * 1024;

/** What a registry refused, read from its answer: `{"errors":[{code,message}]}`, docker's token server, or only the status. */
export async function responseError(response: Response): Promise<RegistryError> {
  const { status, statusText } = response;
  const text = await textOf(response);
  if (status < 400 || status >= 500)
    return new RegistryError("other", `received unexpected HTTP status: ${status} ${statusText}`.trim());
  // Of several docker tells the first as well: the others say the same from another side.
  const [error] = [...bearerErrors(response), ...bodyErrors(text, status)];
  return error ? new RegistryError(failures[error.code] ?? "other", error.text) : unreadable(status, text);
}

interface CodedError {
  readonly code: string;
  /** `manifest unknown: manifest unknown`, as docker prints a code and its message. */
  readonly text: string;
}

const coded = (code: string, message: string | undefined): CodedError => ({
  code,
  text: `${code.toLowerCase().replaceAll("_", " ")}: ${message || defaultMessages[code] || code.toLowerCase()}`,
});

/** Errors of a bearer token (RFC 6750 §3.1). */
function bearerErrors(response: Response): readonly CodedError[] {
  const errors: CodedError[] = [];
  for (const { scheme, parameters } of parseChallenges(response.headers.get("www-authenticate"))) {
    if (scheme !== "bearer") continue;
    const { error, error_description: description } = parameters;
    if (error === "invalid_token") errors.push(coded("UNAUTHORIZED", description));
    if (error === "insufficient_scope") errors.push(coded("DENIED", description));
  }
  return errors;
}

function bodyErrors(text: string, status: number): readonly CodedError[] {
  const body = parseObject(text);
  if (typeof body["details"] === "string") {
    if (status === 401) return [coded("UNAUTHORIZED", body["details"])];
    if (status === 403) return [coded("DENIED", body["details"])];
    if (status === 429) return [coded("TOOMANYREQUESTS", body["details"])];
  }
  const errors = Array.isArray(body["errors"]) ? (body["errors"] as unknown[]) : [];
  return errors.flatMap((error) => {
    const { code, message } = typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
    return typeof code === "string" ? [coded(code, typeof message === "string" ? message : undefined)] : [];
  });
}

function unreadable(status: number, text: string): RegistryError {
  if (status === 401) return new RegistryError("unauthorized", coded("UNAUTHORIZED", undefined).text);
  if (status === 429) return new RegistryError("too-many-requests", coded("TOOMANYREQUESTS", undefined).text);
  const reason = "no error details found in HTTP response body";
  return new RegistryError(
    "other",
    `error parsing HTTP ${status} response body: ${reason}: ${JSON.stringify(text.slice(0, 1000))}`,
  );
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body ?? []) {
      parts.push(chunk);
      length += chunk.length;
      if (length > maxBodyBytes) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(parts).subarray(0, maxBodyBytes).toString();
}
