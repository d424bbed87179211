import { createHash, createSign, X509Certificate } from "node:crypto";
import type { Certificate } from "./certificates.ts";

/** A token server as docker-registry wants it: ES256 tokens whose certificate is in their header. Loopback only. */
export class TokenServer implements Disposable {
  /** The query of each request, in order. */
  readonly requests: URLSearchParams[] = [];
  readonly #server: Bun.Server<undefined>;

  /** `users` maps names to passwords; anonymous clients get what `isPublic` allows. */
  constructor(options: {
    readonly signer: Certificate;
    readonly users: Readonly<Record<string, string>>;
    readonly isPublic: (repository: string) => boolean;
  }) {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => {
        const { searchParams } = new URL(request.url);
        this.requests.push(searchParams);
        const user = userOf(request.headers.get("authorization"));
        if (user && options.users[user.name] !== user.password)
          return Response.json({ details: "incorrect username or password" }, { status: 401 });
        const [type = "", name = "", actions = ""] = (searchParams.get("scope") ?? "").split(":");
        const isGranted = type === "repository" && (user !== undefined || options.isPublic(name));
        const access = isGranted ? [{ type, name, actions: actions.split(",") }] : [];
        return Response.json({ token: sign(options.signer, access), expires_in: 60, refresh_token: "refresh-me" });
      },
    });
  }

  get realm(): string {
    return `http://127.0.0.1:${this.#server.port}/token`;
  }

  [Symbol.dispose](): void {
    void this.#server.stop(true);
  }
}

function userOf(header: string | null): { name: string; password: string } | undefined {
  if (!header?.startsWith("Basic ")) return undefined;
  const [name = "", password = ""] = Buffer.from(header.slice("Basic ".length), "base64").toString().split(":");
  return { name, password };
}

function sign({ cert, key }: Certificate, access: readonly object[]): string {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const x5c = [new X509Certificate(cert).raw.toString("base64")];
  const claims = {
    iss: "test-issuer",
    sub: "",
    aud: "test-service",
    exp: now + 300,
    nbf: now - 60,
    iat: now,
    jti: createHash("sha256").update(String(Math.random())).digest("hex"),
    access,
  };
  const text = `${encode({ typ: "JWT", alg: "ES256", x5c })}.${encode(claims)}`;
  const signature = createSign("sha256").update(text).sign({ key, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}
