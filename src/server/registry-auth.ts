import type { Credentials } from "#engine/image/image-service.ts";

/**
 * Reads X-Registry-Auth: base64url of a JSON object. Like docker's daemon for a pull, what cannot be read counts as no
 * login: old clients sent all kinds of things.
 */
export function registryAuth(header: string | undefined): Credentials | undefined {
  if (header === undefined || header === "") return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(header, "base64url").toString());
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const fields = parsed as Readonly<Record<string, unknown>>;
  const text = (name: string) => (typeof fields[name] === "string" ? fields[name] : "");
  const [username, password] = splitAuth(text("auth")) ?? [text("username"), text("password")];
  const credentials = {
    username,
    password,
    identityToken: text("identitytoken"),
    registryToken: text("registrytoken"),
  };
  return Object.values(credentials).some((value) => value !== "") ? credentials : undefined;
}

/** `auth` is base64 of user:password, as in config.json. */
function splitAuth(auth: string): readonly [string, string] | undefined {
  const decoded = Buffer.from(auth, "base64").toString();
  const colon = decoded.indexOf(":");
  return colon === -1 ? undefined : [decoded.slice(0, colon), decoded.slice(colon + 1)];
}
