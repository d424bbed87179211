import { RegistryError } from "./registry-service.ts";

const certificateReasons: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate signed by unknown authority",
  UNABLE_TO_GET_ISSUER_CERT: "certificate signed by unknown authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "certificate signed by unknown authority",
  SELF_SIGNED_CERT_IN_CHAIN: "certificate signed by unknown authority",
  DEPTH_ZERO_SELF_SIGNED_CERT: "certificate signed by unknown authority",
  CERT_HAS_EXPIRED: "certificate has expired or is not yet valid",
  CERT_NOT_YET_VALID: "certificate has expired or is not yet valid",
};

/** A request that got no answer, in the words of Go's net/http, which users know from docker. */
export function unreachable(method: string, url: URL, thrown: unknown): RegistryError {
  return new RegistryError("unreachable", `${requestName(method, url)}: ${reasonOf(url, thrown)}`, { cause: thrown });
}

/** `Get "https://host/v2/"`; a password is shown as Go shows it. */
export function requestName(method: string, url: URL): string {
  const shown = new URL(url);
  if (shown.password !== "") shown.password = "xxxxx";
  return `${method[0]!.toUpperCase()}${method.slice(1).toLowerCase()} ${JSON.stringify(shown.href)}`;
}

function reasonOf(url: URL, thrown: unknown): string {
  const { code = "", message } = thrown as { code?: string; message?: string };
  const address = url.port === "" ? `${url.hostname}:${url.protocol === "https:" ? 443 : 80}` : url.host;
  const certificate = certificateReasons[code];
  if (certificate !== undefined) return `tls: failed to verify certificate: x509: ${certificate}`;
  switch (code) {
    case "ECONNREFUSED":
    case "ConnectionRefused":
      return `dial tcp ${address}: connect: connection refused`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `dial tcp: lookup ${url.hostname}: no such host`;
    case "ETIMEDOUT":
      return `dial tcp ${address}: i/o timeout`;
    case "EHOSTUNREACH":
      return `dial tcp ${address}: connect: no route to host`;
    case "EPROTO":
      return "http: server gave HTTP response to HTTPS client";
    case "ECONNRESET":
      return "EOF";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `tls: failed to verify certificate: x509: certificate is not valid for ${url.hostname}`;
    default:
      return message ?? String(thrown);
  }
}
