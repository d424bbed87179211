import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { messageOf } from "#base/errors/engine-error.ts";
import type { TlsMaterial } from "#server/listeners.ts";
import type { TlsConfig } from "./config/daemon-config.ts";
import { DaemonError } from "./daemon-error.ts";

/** Reads and checks the files of TLS. Throws DaemonError. */
export function loadTlsMaterial({ verify, caPath, certPath, keyPath }: TlsConfig): TlsMaterial {
  const cert = read(certPath, pairError(certPath, keyPath));
  const key = read(keyPath, pairError(certPath, keyPath));
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw pairError(certPath, keyPath)(cause);
  }
  if (!verify) return { cert, key };
  const ca = read(caPath, (cause) => new DaemonError(`Could not read CA certificate "${caPath}": ${messageOf(cause)}`));
  return { cert, key, ca };
}

const pairError = (certPath: string, keyPath: string) => (cause: unknown) =>
  new DaemonError(`Could not load X509 key pair (cert: "${certPath}", key: "${keyPath}"): ${messageOf(cause)}`, {
    cause,
  });

function read(path: string, failure: (cause: unknown) => DaemonError): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw failure(cause);
  }
}
