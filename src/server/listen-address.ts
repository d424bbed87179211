/** Where the daemon listens, taken from `-H`. */
export type ListenAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  /** Sockets handed over by systemd: one by its number from 3 or its name, or all of them. */
  | { readonly kind: "fd"; readonly which: string };

/** A `-H` value that cannot be listened on. */
export class ListenAddressError extends Error {
  override readonly name = "ListenAddressError";
}

/**
 * Reads a `-H` value: `unix://PATH`, `tcp://HOST:PORT`, `HOST:PORT`, `fd://`, `fd://N`. Without a port it is 2375, with TLS
 * 2376; an empty host is 127.0.0.1. Throws ListenAddressError.
 */
export function parseListenAddress(text: string, options: { defaultSocket: string; tls: boolean }): ListenAddress {
  const trimmed = text.trim();
  if (trimmed === "") return { kind: "unix", path: options.defaultSocket };
  const mark = trimmed.indexOf("://");
  const scheme = mark === -1 ? "tcp" : trimmed.slice(0, mark);
  const rest = mark === -1 ? trimmed : trimmed.slice(mark + 3);
  if (scheme === "unix") return { kind: "unix", path: rest === "" ? options.defaultSocket : rest };
  if (scheme === "fd") return { kind: "fd", which: rest === "*" ? "" : rest };
  if (scheme === "tcp") return { kind: "tcp", ...parseTcp(rest, text, options.tls ? 2376 : 2375) };
  throw new ListenAddressError(`Invalid bind address format: ${text}`);
}

function parseTcp(rest: string, whole: string, defaultPort: number): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:/[\]]*))(?::(\d*))?\/?$/.exec(rest);
  if (!match) throw new ListenAddressError(`Invalid bind address format: ${whole}`);
  const host = match[1] ?? match[2] ?? "";
  const port = match[3] === undefined || match[3] === "" ? defaultPort : Number(match[3]);
  if (port > 65_535) throw new ListenAddressError(`Invalid bind address format: ${whole}`);
  return { host: host === "" ? "127.0.0.1" : host, port };
}

/** An address as it is logged. */
export function describeAddress(address: ListenAddress): string {
  if (address.kind === "unix") return `unix (${address.path})`;
  if (address.kind === "fd") return `fd (${address.which})`;
  return `tcp (${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port})`;
}
