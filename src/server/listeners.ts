import { chmodSync, chownSync, existsSync, lstatSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import process from "node:process";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer } from "node:tls";
import { messageOf } from "#base/errors/engine-error.ts";
import { describeAddress, type ListenAddress, ListenAddressError } from "./listen-address.ts";

/** PEM texts of a TLS listener. With `ca`, clients must show a certificate that it has signed. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

export interface ListenOptions {
  /** Group of unix sockets, by name or number. The default group may be missing, another one must exist. */
  readonly group: string;
  readonly isDefaultGroup: boolean;
  /** For tcp. */
  readonly tls: TlsMaterial | undefined;
  /** Sockets handed over by systemd: descriptor and name. */
  readonly inherited: readonly { readonly fd: number; readonly name: string }[];
  readonly onConnection: (socket: Duplex) => void;
  /** A listener that was open has failed. */
  readonly onFailure: (error: Error) => void;
}

export interface Listener {
  /** As it is logged: "unix (/run/wherry/wherry.sock)". */
  readonly description: string;
  /** The port that was got, when 0 was asked for. */
  readonly port: number | undefined;
  /** Stops taking connections; a unix socket's path is removed. Open connections are not affected. */
  close(): Promise<void>;
}

/** Opens the listeners of one `-H`. Throws with a telling message; nothing is left open then. */
export async function listen(address: ListenAddress, options: ListenOptions): Promise<Listener[]> {
  if (address.kind === "unix") return [await listenUnix(address.path, options)];
  if (address.kind === "tcp") return [await listenTcp(address.host, address.port, options)];
  return listenInherited(address.which, options);
}

async function listenUnix(path: string, options: ListenOptions): Promise<Listener> {
  if (existsSync(path) && !lstatSync(path).isSocket()) throw new Error(`${path} exists and is not a socket`);
  rmSync(path, { force: true });
  const server = plainServer(options);
  // Between bind and chmod nobody but root may connect.
  const umask = process.umask(0o177);
  try {
    await opened(server, { path });
  } finally {
    process.umask(umask);
  }
  try {
    const gid = groupId(options);
    if (gid !== undefined) chownSync(path, 0, gid);
    chmodSync(path, 0o660);
  } catch (error) {
    await closed(server);
    throw error;
  }
  return listener(server, describeAddress({ kind: "unix", path }), options);
}

async function listenTcp(host: string, port: number, options: ListenOptions): Promise<Listener> {
  const server = options.tls ? tlsServer(options.tls, options) : plainServer(options);
  await opened(server, { host, port });
  const bound = portOf(server) ?? port;
  return listener(server, describeAddress({ kind: "tcp", host, port: bound }), options);
}

async function listenInherited(which: string, options: ListenOptions): Promise<Listener[]> {
  if (options.inherited.length === 0)
    throw new ListenAddressError(
      "no sockets found via socket activation: make sure the service was started by systemd",
    );
  const wanted = options.inherited.filter(({ fd, name }) => which === "" || which === String(fd) || which === name);
  if (wanted.length === 0) {
    const offered = options.inherited.map(({ fd, name }) => (name === "" ? String(fd) : `${fd} (${name})`));
    throw new ListenAddressError(`fd://${which} is not among the sockets handed over: ${offered.join(", ")}`);
  }
  const listeners: Listener[] = [];
  for (const { fd } of wanted) {
    const server = options.tls && isTcp(fd) ? tlsServer(options.tls, options) : plainServer(options);
    await opened(server, { fd });
    listeners.push(listener(server, describeAddress({ kind: "fd", which: String(fd) }), options));
  }
  return listeners;
}

function plainServer(options: ListenOptions): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    tune(socket);
    options.onConnection(socket);
  });
}

function tlsServer(tls: TlsMaterial, options: ListenOptions): Server {
  const server = createTlsServer(
    {
      allowHalfOpen: true,
      cert: tls.cert,
      key: tls.key,
      minVersion: "TLSv1.2",
      ALPNProtocols: ["http/1.1"],
      ...(tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: true }),
    },
    (socket) => {
      tune(socket);
      options.onConnection(socket);
    },
  );
  // A client that does not speak TLS, or has no good certificate, is its own problem.
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}

function tune(socket: Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
}

type Place = { path: string } | { host: string; port: number } | { fd: number };

function opened(server: Server, place: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new Error(`listen ${describePlace(place)}: ${messageOf(cause)}`, { cause })),
    );
    server.listen(place, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

function describePlace(place: Place): string {
  if ("path" in place) return `unix ${place.path}`;
  return "fd" in place ? `fd ${place.fd}` : `tcp ${place.host}:${place.port}`;
}

function listener(server: Server, description: string, options: ListenOptions): Listener {
  server.on("error", options.onFailure);
  return { description, port: portOf(server), close: () => closed(server) };
}

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : undefined;
}

/** Stops listening; does not wait for connections, whose end is the API server's business. */
function closed(server: Server): Promise<void> {
  server.close();
  return Promise.resolve();
}

function isTcp(fd: number): boolean {
  const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
  const rows = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
    existsSync(file) ? readFileSync(file, "utf8").split("\n") : [],
  );
  return rows.some((row) => row.trim().split(/\s+/)[9] === inode);
}

/** Undefined when the default group does not exist: then the socket is root's alone. */
function groupId({ group, isDefaultGroup }: ListenOptions): number | undefined {
  if (group === "") return undefined;
  const rows = readFileSync("/etc/group", "utf8")
    .split("\n")
    .map((row) => row.split(":"));
  const found = rows.find(([name]) => name === group)?.[2];
  if (found !== undefined) return Number(found);
  if (/^\d+$/.test(group)) return Number(group);
  if (isDefaultGroup) return undefined;
  throw new ListenAddressError(`Group ${group} not found`);
}
