import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority with openssl, in a folder of the test's. */
export class CertificateAuthority {
  readonly #folder: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    openssl(folder, `req -x509 ${newKey} -days 2 -subj /CN=${name} -keyout ca-key.pem -out ca.pem`);
  }

  get certificatePath(): string {
    return join(this.#folder, "ca.pem");
  }

  /** A certificate for 127.0.0.1 and localhost, good for servers and clients. */
  issue(name: string): Certificate {
    const names = "-addext subjectAltName=DNS:localhost,IP:127.0.0.1";
    openssl(this.#folder, `req ${newKey} -subj /CN=${name} ${names} -keyout ${name}-key.pem -out ${name}.csr`);
    const signer = "-CA ca.pem -CAkey ca-key.pem -CAcreateserial";
    openssl(this.#folder, `x509 -req -in ${name}.csr ${signer} -days 2 -copy_extensions copy -out ${name}.pem`);
    return { cert: this.#read(`${name}.pem`), key: this.#read(`${name}-key.pem`) };
  }

  get certificate(): string {
    return this.#read("ca.pem");
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), "utf8");
  }
}

const newKey = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

/** Runs openssl; no word may hold a space. */
function openssl(folder: string, words: string): void {
  const { exitCode, stderr } = Bun.spawnSync(["openssl", ...words.split(" ")], { cwd: folder });
  if (exitCode !== 0) throw new Error(`openssl ${words}: ${stderr.toString()}`);
}
