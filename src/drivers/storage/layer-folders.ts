import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { rename } from "#platform/linux/make-entry.ts";
import { SyscallError } from "#platform/linux/syscall-error.ts";
import { run } from "#platform/process/run.ts";
import { StorageError } from "./storage-driver.ts";
import type { Trash } from "./trash.ts";

/**
 * The committed layers of a driver on disk: `layers/CHAINID/diff` with the files and `layers/CHAINID/parent` with the
 * parent's chain id, and `staging/RANDOM/` of the same shape while a layer is being made. What is in `layers` is
 * complete: it came there by one rename. The parents are kept in memory.
 */
export class LayerFolders {
  readonly #layers: string;
  readonly #staging: string;
  readonly #trash: Trash;
  readonly #parents = new Map<string, string | undefined>();

  constructor(root: string, trash: Trash) {
    this.#layers = join(root, "layers");
    this.#staging = join(root, "staging");
    this.#trash = trash;
  }

  /** Reads what there is; whatever was being staged when the daemon died is thrown away. */
  open(): void {
    mkdirSync(this.#layers, { recursive: true, mode: 0o700 });
    mkdirSync(this.#staging, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(this.#staging)) this.#trash.take(join(this.#staging, name));
    this.#parents.clear();
    for (const chainId of readdirSync(this.#layers))
      this.#parents.set(chainId, readFileSync(join(this.#layers, chainId, "parent"), "utf8") || undefined);
  }

  has(chainId: string): boolean {
    return this.#parents.has(chainId);
  }

  list(): readonly string[] {
    return [...this.#parents.keys()];
  }

  /** The folder with the layer's files. */
  diff(chainId: string): string {
    return join(this.#layers, chainId, "diff");
  }

  /** The layer and all below it, topmost first. Throws StorageError when one is missing. */
  chain(top: string | undefined): readonly string[] {
    const chain: string[] = [];
    for (let chainId = top; chainId !== undefined; chainId = this.#parents.get(chainId)) {
      if (!this.#parents.has(chainId)) throw new StorageError(`no such layer: ${chainId}`);
      chain.push(chainId);
    }
    return chain;
  }

  /** A new empty staging folder; its files belong into `diff`. */
  stage(): { readonly folder: string; readonly diff: string } {
    const folder = join(this.#staging, randomBytes(12).toString("hex"));
    const diff = join(folder, "diff");
    mkdirSync(folder, { mode: 0o700 });
    mkdirSync(diff, { mode: 0o755 });
    return { folder, diff };
  }

  /** Makes the staged files durable and then visible. A layer that is there already stays, ours is dropped. */
  async commit(folder: string, chainId: string, parent: string | undefined): Promise<void> {
    if (this.has(chainId)) {
      this.#trash.take(folder);
      return;
    }
    writeFileSync(join(folder, "parent"), parent ?? "");
    await syncFileSystem(folder);
    try {
      rename(folder, join(this.#layers, chainId), { replace: false });
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== "EEXIST") throw error;
      this.#trash.take(folder);
    }
    this.#parents.set(chainId, parent);
    await syncFolder(this.#layers);
  }

  discard(folder: string): void {
    this.#trash.take(folder);
  }

  remove(chainId: string): void {
    if (!this.#parents.delete(chainId)) return;
    this.#trash.take(join(this.#layers, chainId));
  }
}

/** syncfs(2) can take seconds, so another process waits for it. */
async function syncFileSystem(path: string): Promise<void> {
  await run(["sync", "-f", path]);
}

/** Makes the rename itself durable. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
