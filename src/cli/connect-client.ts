import { buildInfo } from "#base/diagnostics/build-info.ts";
import { ApiClient } from "#client/api-client.ts";
import { Client } from "#client/client.ts";
import type { FlagValues } from "#formats/flags/parse-flags.ts";
import { HttpClient } from "#platform/http/http-client.ts";
import type { ConfigFile } from "./config/config-file.ts";
import { chooseEndpoint, unresolved } from "./config/endpoint.ts";
import { environment } from "./config/environment.ts";
import type { globalFlags } from "./global-flags.ts";

/** The client of the daemon that the global flags and the environment name. Opens no connection yet. */
export function connectClient(flags: FlagValues<typeof globalFlags>, config: ConfigFile): Client {
  if (flags.context !== undefined && flags.context !== "default")
    throw unresolved(`context "${flags.context}": context not found: choose the daemon with -H or WHERRY_HOST`);
  const { endpoint, host } = chooseEndpoint({
    hosts: flags.host,
    tls: flags.tls,
    tlsverify: flags.tlsverify ? true : undefined,
    tlscacert: flags.tlscacert,
    tlscert: flags.tlscert,
    tlskey: flags.tlskey,
    configFolder: config.folder,
  });
  const api = new ApiClient({
    http: new HttpClient(endpoint),
    host,
    isTls: "tls" in endpoint && endpoint.tls !== undefined,
    version: environment("API_VERSION"),
    headers: config.content.HttpHeaders,
    userAgent: `Docker-Client/${buildInfo.version} (linux)`,
  });
  return new Client(api);
}
