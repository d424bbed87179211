import { type Challenge, parseChallenges } from "./challenge.ts";
import { requestName } from "./go-error.ts";
import { readAll } from "./read-all.ts";
import { type Credentials, RegistryError } from "./registry-service.ts";
import { responseError } from "./response-error.ts";
import type { Transport } from "./transport.ts";

/** Tokens that do not say how long they live: by the specification of docker's token server. */
const defaultSeconds = 60;
/** Renewed a little before they end. */
const marginMilliseconds = 5000;

/** A token is some kilobytes at most. */
const maxTokenBytes = 1024 * 1024;

type TokenTransport = Pick<Transport, "send" | "isInsecure">;

interface Token {
  readonly text: string;
  readonly expiresAt: number;
}

export interface IssuedToken {
  readonly token: string;
  readonly identityToken: string;
  readonly expiresInSeconds: number;
}

/** Knows how to get into one registry server: nothing, basic auth, or a token for a scope. */
export class Authorizer {
  readonly #transport: Transport;
  readonly #credentials: Credentials | undefined;
  #challenges: readonly Challenge[] = [];
  readonly #tokens = new Map<string, Token>();

  constructor(transport: Transport, credentials: Credentials | undefined) {
    this.#transport = transport;
    this.#credentials = credentials;
  }

  /** Learns from a refusal what the server wants. Tokens got before are not used again. */
  learn(response: Response): void {
    const challenges = parseChallenges(response.headers.get("www-authenticate"));
    if (challenges.length === 0) return;
    this.#challenges = challenges;
    this.#tokens.clear();
  }

  /** The Authorization header for `scope` ("repository:a/b:pull"), undefined where none is needed. */
  async authorization(scope: string, method: string, url: URL, signal: AbortSignal): Promise<string | undefined> {
    const bearer = this.#challenges.find(({ scheme }) => scheme === "bearer");
    if (bearer) return `Bearer ${await this.#token(bearer, scope, signal)}`;
    if (!this.#challenges.some(({ scheme }) => scheme === "basic")) return undefined;
    if (!this.#credentials?.username)
      throw new RegistryError("no-credentials", `${requestName(method, url)}: no basic auth credentials`);
    return basic(this.#credentials);
  }

  async #token(challenge: Challenge, scope: string, signal: AbortSignal): Promise<string> {
    if (this.#credentials?.registryToken) return this.#credentials.registryToken;
    const known = this.#tokens.get(scope);
    if (known && known.expiresAt > Date.now()) return known.text;
    const issued = await requestToken(this.#transport, challenge, { scope, credentials: this.#credentials }, signal);
    const lifetime = Math.max(0, issued.expiresInSeconds * 1000 - marginMilliseconds);
    this.#tokens.set(scope, { text: issued.token, expiresAt: Date.now() + lifetime });
    return issued.token;
  }
}

/**
 * Asks a token server (docker's token specification; OAuth 2 where there is an identity token). With `isLogin` an identity
 * token is asked for as well. Throws RegistryError with the server's words.
 */
export async function requestToken(
  transport: TokenTransport,
  { parameters }: Challenge,
  { scope, credentials, isLogin = false }: { scope: string; credentials: Credentials | undefined; isLogin?: boolean },
  signal: AbortSignal,
): Promise<IssuedToken> {
  const realm = URL.parse(parameters["realm"] ?? "");
  if (!realm || !["http:", "https:"].includes(realm.protocol))
    throw new RegistryError("other", `no realm in the registry's challenge: ${JSON.stringify(parameters["realm"])}`);
  await refuseOpenWire(transport, realm, credentials);
  const fields = new URLSearchParams();
  if (parameters["service"]) fields.set("service", parameters["service"]);
  if (scope !== "") fields.set("scope", scope);
  const response = credentials?.identityToken
    ? await postForToken(transport, realm, fields, credentials.identityToken, signal)
    : await getToken(transport, realm, fields, { credentials, isLogin, signal });
  if (!response.ok) throw await responseError(response);
  return issuedToken(response);
}

/** A registry names its token server as it likes: over an open wire the user's secrets go to hosts only that are trusted so. */
async function refuseOpenWire(transport: TokenTransport, realm: URL, credentials: Credentials | undefined) {
  const hasSecrets = Boolean(credentials?.username || credentials?.password || credentials?.identityToken);
  if (realm.protocol === "https:" || !hasSecrets || (await transport.isInsecure(realm.host))) return;
  const message = `refusing to send credentials to the token server ${realm.origin} over plain http: use https, or add it to insecure-registries`;
  throw new RegistryError("misconfigured", message);
}

function getToken(
  transport: TokenTransport,
  realm: URL,
  fields: URLSearchParams,
  { credentials, isLogin, signal }: { credentials: Credentials | undefined; isLogin: boolean; signal: AbortSignal },
): Promise<Response> {
  const url = new URL(realm);
  for (const [name, value] of fields) url.searchParams.append(name, value);
  if (isLogin) {
    url.searchParams.set("offline_token", "true");
    url.searchParams.set("client_id", "docker");
  }
  if (!credentials?.username) return transport.send({ method: "GET", url, signal });
  url.searchParams.set("account", credentials.username);
  return transport.send({ method: "GET", url, headers: { Authorization: basic(credentials) }, signal });
}

function postForToken(
  transport: TokenTransport,
  url: URL,
  fields: URLSearchParams,
  identityToken: string,
  signal: AbortSignal,
): Promise<Response> {
  fields.set("client_id", "docker");
  fields.set("grant_type", "refresh_token");
  fields.set("refresh_token", identityToken);
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  return transport.send({ method: "POST", url, headers, body: fields.toString(), signal });
}

async function issuedToken(response: Response): Promise<IssuedToken> {
  let body: Record<string, unknown>;
  try {
    const bytes = await readAll(response, maxTokenBytes);
    body = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  } catch (cause) {
    throw new RegistryError("other", "unable to decode token response", { cause });
  }
  const token = body["token"] || body["access_token"];
  if (typeof token !== "string")
    throw new RegistryError("other", "authorization server did not include a token in the response");
  const { expires_in: seconds, refresh_token: refresh } = body;
  return {
    token,
    identityToken: typeof refresh === "string" ? refresh : "",
    expiresInSeconds: typeof seconds === "number" ? Math.max(seconds, defaultSeconds) : defaultSeconds,
  };
}

const basic = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
