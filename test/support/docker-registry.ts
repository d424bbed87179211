import { mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import type { Certificate } from "./certificates.ts";

export interface DockerRegistryOptions {
  /** The contents of an htpasswd file (bcrypt): asks for basic auth. */
  readonly htpasswd?: string;
  /** Asks for tokens from `realm`, signed by a key whose certificate is in `certificate`. */
  readonly token?: {
    readonly realm: string;
    readonly issuer: string;
    readonly service: string;
    readonly certificate: string;
  };
  readonly tls?: Certificate;
  /** Only clients with a certificate of this authority are served. */
  readonly clientAuthority?: string;
}

/** Debian's docker-registry (CNCF distribution) on a free port of loopback. Several may share one `data` folder. */
export class DockerRegistry implements AsyncDisposable {
  readonly authority: string;
  readonly data: string;
  readonly #process: Bun.Subprocess;

  private constructor(authority: string, data: string, process: Bun.Subprocess) {
    this.authority = authority;
    this.data = data;
    this.#process = process;
  }

  static async start(folder: string, data: string, options: DockerRegistryOptions = {}): Promise<DockerRegistry> {
    mkdirSync(folder, { recursive: true });
    const port = await freePort();
    const file = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const { htpasswd, token, tls, clientAuthority } = options;
    const config = {
      version: "0.1",
      log: { level: "error" },
      storage: { filesystem: { rootdirectory: data } },
      http: {
        addr: `127.0.0.1:${port}`,
        ...(tls
          ? {
              tls: {
                certificate: file("tls.pem", tls.cert),
                key: file("tls-key.pem", tls.key),
                ...(clientAuthority ? { clientcas: [file("client-ca.pem", clientAuthority)] } : {}),
              },
            }
          : {}),
      },
      auth: {
        ...(htpasswd ? { htpasswd: { realm: "test", path: file("htpasswd", htpasswd) } } : {}),
        ...(token
          ? {
              token: {
                realm: token.realm,
                service: token.service,
                issuer: token.issuer,
                rootcertbundle: file("token.pem", token.certificate),
              },
            }
          : {}),
      },
    };
    if (!htpasswd && !token) delete (config as { auth?: object }).auth;
    // JSON is YAML.
    const process = Bun.spawn(["docker-registry", "serve", file("config.yml", JSON.stringify(config))], {
      stdout: "ignore",
      stderr: Bun.file(join(folder, "log")),
    });
    const registry = new DockerRegistry(`127.0.0.1:${port}`, data, process);
    await registry.#ready();
    return registry;
  }

  /** Where it keeps the bytes of a blob, so that a test can damage them. */
  blobPath(digest: string): string {
    const hex = digest.slice("sha256:".length);
    return join(this.data, "docker/registry/v2/blobs/sha256", hex.slice(0, 2), hex, "data");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill();
    await this.#process.exited;
  }

  /** Open as soon as somebody listens: with TLS not every client is answered. */
  async #ready(): Promise<void> {
    const port = Number(this.authority.split(":")[1]);
    for (let attempt = 0; attempt < 200; attempt++) {
      const isOpen = await new Promise<boolean>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => resolve(true)).once("error", () => resolve(false));
        socket.once("connect", () => socket.destroy());
      });
      if (isOpen) return;
      await Bun.sleep(25);
    }
    throw new Error("docker-registry did not start");
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
