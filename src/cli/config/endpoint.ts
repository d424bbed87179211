import { existsSync, readFileSync } from "node:fs";
import type { ClientTls, Endpoint } from "#platform/http/client-connection.ts";
import { CommandError } from "../command.ts";
import { environment } from "./environment.ts";

export interface EndpointFlags {
  readonly hosts: readonly string[];
  readonly tls: boolean;
  readonly tlsverify: boolean | undefined;
  readonly tlscacert: string | undefined;
  readonly tlscert: string | undefined;
  readonly tlskey: string | undefined;
  readonly configFolder: string;
}

const ownSocket = "/run/wherry/wherry.sock";
const dockerSocket = "/var/run/docker.sock";

/** Which daemon: -H, then the environment, then our own socket, then docker's when ours is not there. */
export function chooseEndpoint(flags: EndpointFlags): { endpoint: Endpoint; host: string } {
  if (flags.hosts.length > 1) throw unresolved("Specify only one -H");
  const given = flags.hosts[0] || environment("HOST");
  const host = given ?? `unix://${!existsSync(ownSocket) && existsSync(dockerSocket) ? dockerSocket : ownSocket}`;
  const match = /^([a-z]+):\/\/(.*)$/.exec(host.includes("://") ? host : `tcp://${host}`);
  if (!match) throw unresolved(`invalid bind address format: ${host}`);
  const [, scheme, rest] = match;
  if (scheme === "unix") {
    const unix = rest === "" ? ownSocket : rest!;
    return { endpoint: { unix }, host: `unix://${unix}` };
  }
  if (scheme !== "tcp" && scheme !== "http" && scheme !== "https")
    throw unresolved(`invalid bind address format: ${host}`);
  const endpoint = tcpEndpoint(rest!, flags);
  const address = endpoint.hostname.includes(":") ? `[${endpoint.hostname}]` : endpoint.hostname;
  return { endpoint, host: `tcp://${address}:${endpoint.port}` };
}

export const unresolved = (why: string) =>
  new CommandError(1, `Failed to initialize: unable to resolve docker endpoint: ${why}`);

function tcpEndpoint(address: string, flags: EndpointFlags): Extract<Endpoint, { hostname: string }> {
  const tls = tlsOf(flags);
  const match = /^(\[[^\]]*\]|[^:/]*)(?::(\d+))?\/?$/.exec(address);
  if (!match) throw unresolved(`invalid bind address format: ${address}`);
  const hostname = match[1]!.replace(/^\[|\]$/g, "") || "localhost";
  return { hostname, port: Number(match[2] ?? (tls ? 2376 : 2375)), tls };
}

/** TLS is on when any of its flags or DOCKER_TLS_VERIFY is given; mentioning --tlsverify, even as false, turns it on. */
function tlsOf(flags: EndpointFlags): ClientTls | undefined {
  const verify = flags.tlsverify ?? environment("TLS_VERIFY") !== undefined;
  if (!verify && !flags.tls && flags.tlsverify === undefined && environment("TLS") === undefined) return undefined;
  const folder = environment("CERT_PATH") ?? flags.configFolder;
  // Our own certificate may be missing where nobody named it; an authority that is not there must not be passed over.
  const optional = (given: string | undefined, name: string) =>
    given !== undefined || existsSync(`${folder}/${name}`) ? pemOf(given ?? `${folder}/${name}`) : undefined;
  return {
    verify,
    ca: pemOf(flags.tlscacert ?? `${folder}/ca.pem`),
    cert: optional(flags.tlscert, "cert.pem"),
    key: optional(flags.tlskey, "key.pem"),
  };
}

function pemOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw unresolved(`open ${path}: ${code === "ENOENT" ? "no such file or directory" : message}`);
  }
}
