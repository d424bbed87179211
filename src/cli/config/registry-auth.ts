import type { ConfigFile } from "./config-file.ts";

export const hubRegistry = "https://index.docker.io/v1/";

/** The key under which config.json keeps the credentials of a registry. */
export const registryKey = (domain: string): string => (domain === "docker.io" ? hubRegistry : domain);

/** The value of X-Registry-Auth: base64url of the credentials' JSON, `{}` when there are none. */
export function registryAuth(config: ConfigFile, domain: string): string {
  const key = registryKey(domain);
  const credentials = config.credentialsOf(key);
  const body = Object.keys(credentials).length === 0 ? {} : { ...credentials, serveraddress: key };
  return Buffer.from(JSON.stringify(body)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
