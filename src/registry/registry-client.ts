import { defaultDomain, type Reference } from "#formats/reference/reference.ts";
import { requestToken } from "./authorizer.ts";
import { parseChallenges } from "./challenge.ts";
import { defaultRetryPolicy, type RetryPolicy } from "./download-blob.ts";
import { requestName } from "./go-error.ts";
import { InsecureHosts } from "./insecure-hosts.ts";
import { RegistryServer } from "./registry-server.ts";
import { type Credentials, RegistryError, type RegistryRepository, type RegistryService } from "./registry-service.ts";
import { type Candidate, RemoteRepository } from "./remote-repository.ts";
import { Transport } from "./transport.ts";

export interface RegistryOptions {
  /** Searched in this order for `<host[:port]>/`; docker's layout. */
  readonly certificateFolders?: readonly string[];
  /** Hosts, host:port or CIDR that need no verified TLS. Loopback never does. */
  readonly insecureRegistries?: readonly string[];
  /** Base URLs that are asked before docker.io. */
  readonly mirrors?: readonly string[];
  readonly userAgent: string;
  readonly retry?: RetryPolicy;
  readonly idleMilliseconds?: number;
}

const dockerServer = "registry-1.docker.io";
const defaultFolders = ["/etc/wherry/certs.d", "/etc/docker/certs.d"];

/** The registry service over HTTP. */
export class RegistryClient implements RegistryService {
  readonly #options: () => RegistryOptions;

  /** `options` is asked at each use: a reload of the configuration may change them. */
  constructor(options: () => RegistryOptions) {
    this.#options = options;
  }

  open({ domain, path }: Reference, credentials: Credentials | undefined): RegistryRepository {
    const transport = this.#transport();
    const { mirrors: allMirrors = [], retry = defaultRetryPolicy } = this.#options();
    const candidates = async () => {
      const mirrors = domain === defaultDomain ? allMirrors : [];
      const own = await baseUrls(transport, domain === defaultDomain ? dockerServer : domain);
      return [
        // The user's login is for the registry and not for those who stand before it.
        ...mirrors.map((mirror) => candidate(transport, mirrorUrl(mirror), { isMirror: true, credentials: undefined })),
        ...own.map((base) => candidate(transport, base, { isMirror: false, credentials })),
      ];
    };
    return new RemoteRepository(path, candidates, retry);
  }

  async checkLogin(
    server: string,
    credentials: Credentials,
    signal: AbortSignal,
  ): Promise<{ readonly identityToken: string }> {
    const transport = this.#transport();
    const bases = await baseUrls(transport, loginServer(server));
    for (const [i, base] of bases.entries()) {
      try {
        return await login(transport, new URL("v2/", base), credentials, signal);
      } catch (error) {
        const isLast = i === bases.length - 1;
        if (isLast || !(error instanceof RegistryError) || error.failure !== "unreachable") throw error;
      }
    }
    throw new RegistryError("unreachable", "no registry server to ask");
  }

  /** A new one for each use, so that certificates put in place meanwhile are seen. */
  #transport(): Transport {
    const {
      certificateFolders = defaultFolders,
      insecureRegistries = [],
      userAgent,
      idleMilliseconds,
    } = this.#options();
    const insecureHosts = new InsecureHosts(insecureRegistries);
    return new Transport({
      certificateFolders,
      insecureHosts,
      userAgent,
      ...(idleMilliseconds === undefined ? {} : { idleMilliseconds }),
    });
  }
}

const candidate = (
  transport: Transport,
  base: URL,
  { isMirror, credentials }: { isMirror: boolean; credentials: Credentials | undefined },
): Candidate => ({
  isMirror,
  connect: (signal) => RegistryServer.connect(base, transport, credentials, signal),
});

/** TLS first; plain HTTP as well where no verified TLS is asked for. */
async function baseUrls(transport: Transport, authority: string): Promise<readonly URL[]> {
  const url = URL.parse(`https://${authority}/`);
  if (!url) throw new RegistryError("misconfigured", `invalid registry server ${JSON.stringify(authority)}`);
  return (await transport.isInsecure(authority)) ? [url, new URL(`http://${authority}/`)] : [url];
}

function mirrorUrl(mirror: string): URL {
  const url = URL.parse(mirror.endsWith("/") ? mirror : `${mirror}/`);
  if (!url) throw new RegistryError("misconfigured", `invalid registry mirror ${JSON.stringify(mirror)}`);
  return url;
}

/** What `docker login` names: a host, or an old URL of which only the host counts. */
function loginServer(server: string): string {
  const host = server.replace(/^https?:\/\//, "").split("/")[0]!;
  return ["", "docker.io", "index.docker.io"].includes(host) ? dockerServer : host;
}

async function login(
  transport: Transport,
  url: URL,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<{ readonly identityToken: string }> {
  const ping = await transport.send({ method: "GET", url, signal });
  if (ping.status !== 401) {
    if (!ping.ok) throw loginFailed(url, ping);
    await ping.body?.cancel();
    return { identityToken: "" };
  }
  const challenges = parseChallenges(ping.headers.get("www-authenticate"));
  await ping.body?.cancel();
  const bearer = challenges.find(({ scheme }) => scheme === "bearer");
  if (!bearer && !credentials.username)
    throw new RegistryError("no-credentials", `${requestName("GET", url)}: no basic auth credentials`);
  const issued = bearer && (await loginToken(transport, bearer, { url, credentials }, signal));
  const basic = Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
  const Authorization = issued ? `Bearer ${issued.token}` : `Basic ${basic}`;
  const response = await transport.send({ method: "GET", url, headers: { Authorization }, signal });
  if (!response.ok) throw loginFailed(url, response);
  await response.body?.cancel();
  return { identityToken: issued?.identityToken ?? "" };
}

async function loginToken(
  transport: Transport,
  bearer: Parameters<typeof requestToken>[1],
  { url, credentials }: { url: URL; credentials: Credentials },
  signal: AbortSignal,
) {
  try {
    return await requestToken(transport, bearer, { scope: "", credentials, isLogin: true }, signal);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new RegistryError(error.failure, `${requestName("GET", url)}: ${error.message}`, { cause: error });
  }
}

function loginFailed(url: URL, response: Response): RegistryError {
  const status = `${response.status} ${response.statusText}`.trim();
  return new RegistryError("other", `login attempt to ${url.href} failed with status: ${status}`);
}
