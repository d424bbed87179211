import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { RegistryError } from "./registry-service.ts";

/** What a TLS connection to a server needs beyond the system's own certificates. */
export interface TlsFiles {
  readonly ca?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
}

/**
 * Reads docker's certs.d: in `<folder>/<host[:port]>/` each *.crt is a CA to trust besides the system's, each *.cert a
 * client certificate whose key is the *.key of the same name. The first of the folders that has something counts.
 */
export async function readCertificates(folders: readonly string[], authority: string): Promise<TlsFiles> {
  // A token server's name is the registry's choice, and `..` is a host to a URL.
  if (/^\.+(:|$)|[/\0]/.test(authority)) return {};
  for (const folder of folders) {
    const found = await readFolder(join(folder, authority));
    if (found) return found;
  }
  return {};
}

async function readFolder(folder: string): Promise<TlsFiles | undefined> {
  const names = (await namesIn(folder)).toSorted();
  const read = (name: string) => readFile(join(folder, name), "utf8");
  const authorities = await Promise.all(names.filter((name) => name.endsWith(".crt")).map(read));
  const client = names.find((name) => name.endsWith(".cert"));
  if (authorities.length === 0 && client === undefined) return undefined;
  const ca = authorities.length === 0 ? {} : { ca: [...rootCertificates, ...authorities] };
  if (client === undefined) return ca;
  const key = client.replace(/cert$/, "key");
  if (!names.includes(key))
    throw new RegistryError(
      "misconfigured",
      `missing key ${key} for client certificate ${client}. CA certificates must use the extension .crt`,
    );
  return { ...ca, cert: await read(client), key: await read(key) };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw new RegistryError("misconfigured", `could not read ${folder}: ${(error as Error).message}`, { cause: error });
  }
}
