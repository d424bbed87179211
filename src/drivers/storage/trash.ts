import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { run } from "#platform/process/run.ts";

const mostArguments = 500;

/**
 * Deletes folders in two steps: a rename, after which nobody can find them any more, and the deletion itself in another
 * process. What a crash leaves in the trash folder is deleted by the next `open`. It must lie on the same file system
 * as what is thrown away.
 */
export class Trash {
  readonly #folder: string;
  #emptying: Promise<void> | undefined;
  #isDirty = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  open(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    if (readdirSync(this.#folder).length > 0) this.#empty();
  }

  /** Synchronous up to the rename. A path that is not there is ignored. */
  take(path: string): void {
    try {
      renameSync(path, join(this.#folder, randomBytes(12).toString("hex")));
    } catch (error) {
      if ((error as { code?: unknown }).code === "ENOENT") return;
      throw error;
    }
    this.#empty();
  }

  /** Resolves when nothing is being deleted any more. */
  async settled(): Promise<void> {
    while (this.#emptying) await this.#emptying;
  }

  /** One process at a time; it deletes all that has gathered. */
  #empty(): void {
    this.#isDirty = true;
    this.#emptying ??= this.#deleteAll().finally(() => {
      this.#emptying = undefined;
    });
  }

  /** Never fails: what could not be deleted (an immutable file) is out of sight and is tried again at the next start. */
  async #deleteAll(): Promise<void> {
    // Removals come in bursts, and the answer to the user comes first.
    await new Promise((resolve) => setTimeout(resolve, 5));
    while (this.#isDirty) {
      this.#isDirty = false;
      const paths = readdirSync(this.#folder).map((name) => join(this.#folder, name));
      for (let at = 0; at < paths.length; at += mostArguments)
        await run(["rm", "-rf", "--one-file-system", "--", ...paths.slice(at, at + mostArguments)], {
          acceptFailure: true,
        }).catch(() => undefined);
    }
  }
}
