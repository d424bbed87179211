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
  if (flags.hosts.length > 1) throw new CommandError(1, "Please specify only one -H");
  const given = flags.hosts[0] || environment("HOST");
  const host = given ?? `unix://${!existsSync(ownSocket) && existsSync(dockerSocket) ? dockerSocket : ownSocket}`;
  const match = /^([a-z]+):\/\/(.*)$/.exec(host.includes("://") ? host : `tcp://${host}`);
  if (!match) throw new CommandError(1, `Invalid bind address format: ${host}`);
  const [, scheme, rest] = match;
  if (scheme === "unix") return { endpoint: { unix: rest === "" ? ownSocket : rest! }, host };
  if (scheme !== "tcp" && scheme !== "http" && scheme !== "https")
    throw new CommandError(1, `Invalid bind address format: ${host}`);
  return { endpoint: tcpEndpoint(rest!, flags), host };
}

function tcpEndpoint(address: string, flags: EndpointFlags): Endpoint {
  const tls = tlsOf(flags);
  const match = /^(\[[^\]]*\]|[^:/]*)(?::(\d+))?\/?$/.exec(address);
  if (!match) throw new CommandError(1, `Invalid bind address format: ${address}`);
  const hostname = match[1]!.replace(/^\[|\]$/g, "") || "127.0.0.1";
  return { hostname, port: Number(match[2] ?? (tls ? 2376 : 2375)), tls };
}

/** TLS is on when any of its flags or DOCKER_TLS_VERIFY is given; mentioning --tlsverify, even as false, turns it on. */
function tlsOf(flags: EndpointFlags): ClientTls | undefined {
  const verify = flags.tlsverify ?? environment("TLS_VERIFY") !== undefined;
  if (!verify && !flags.tls && flags.tlsverify === undefined && environment("TLS") === undefined) return undefined;
  const folder = environment("CERT_PATH") ?? flags.configFolder;
  const read = (given: string | undefined, name: string) => {
    const path = given ?? `${folder}/${name}`;
    if (given === undefined && !existsSync(path)) return undefined;
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      throw new CommandError(1, `could not read ${path}: ${(error as Error).message}`);
    }
  };
  return {
    verify,
    ca: verify ? read(flags.tlscacert, "ca.pem") : undefined,
    cert: read(flags.tlscert, "cert.pem"),
    key: read(flags.tlskey, "key.pem"),
  };
}
