import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";

interface StoredAuth {
  readonly auth?: string;
  readonly identitytoken?: string;
}
interface Content {
  readonly auths?: Readonly<Record<string, StoredAuth>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly HttpHeaders?: Readonly<Record<string, string>>;
  readonly psFormat?: string;
  readonly imagesFormat?: string;
  readonly detachKeys?: string;
}

export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
}

/** `config.json` of the command line, docker's own format; keys that we do not know are kept when it is written. */
export class ConfigFile {
  readonly folder: string;
  readonly #path: string;
  #content: Content;
  /** Why the file could not be read; the command goes on without it. */
  readonly problem: string | undefined;

  constructor(folder: string) {
    this.folder = folder;
    this.#path = `${folder}/config.json`;
    this.#content = {};
    if (!existsSync(this.#path)) return;
    try {
      this.#content = JSON.parse(readFileSync(this.#path, "utf8")) as Content;
    } catch (error) {
      this.problem = `Error loading config file: ${this.#path}: ${(error as Error).message}`;
    }
  }

  get path(): string {
    return this.#path;
  }
  get content(): Content {
    return this.#content;
  }

  /** The plain credentials of a registry; empty when there are none. */
  credentialsOf(registry: string): Credentials {
    const stored = this.#content.auths?.[registry];
    if (!stored) return {};
    if (stored.identitytoken) return { identitytoken: stored.identitytoken };
    const [username, ...password] = Buffer.from(stored.auth ?? "", "base64")
      .toString("utf8")
      .split(":");
    return { username, password: password.join(":") };
  }

  /** Stores credentials unencrypted, readable by the user only. */
  storeCredentials(registry: string, { username, password, identitytoken }: Credentials): void {
    const auth = Buffer.from(`${username}:${identitytoken ? "" : password}`).toString("base64");
    this.#write({ ...this.#content.auths, [registry]: identitytoken ? { auth, identitytoken } : { auth } });
  }

  /** Returns false when nothing was stored. */
  eraseCredentials(registry: string): boolean {
    if (!this.#content.auths?.[registry]) return false;
    const { [registry]: _gone, ...rest } = this.#content.auths;
    this.#write(rest);
    return true;
  }

  #write(auths: Readonly<Record<string, StoredAuth>>): void {
    this.#content = { ...this.#content, auths };
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const temporary = `${this.#path}.${process.pid}`;
    writeFileSync(temporary, JSON.stringify(this.#content, null, "\t"), { mode: 0o600 });
    renameSync(temporary, this.#path);
  }
}
