import { type FSWatcher, readFileSync, rmSync, statSync, watch } from "node:fs";
import { join } from "node:path";

export interface RecordedExit {
  readonly exitCode: number;
  readonly at: Date;
}

/** The folder in which monitors leave a file for each container that has ended: named by the id, with the exit code. */
export class ExitFiles {
  readonly #folder: string;
  #watcher: FSWatcher | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Calls back with the id for each file that appears. The monitor writes it by rename, so it is complete. */
  watch(appeared: (id: string) => void): void {
    this.#watcher = watch(this.#folder, { persistent: false }, (_, name) => {
      if (name) appeared(name);
    });
  }

  /** Undefined while there is none. */
  read(id: string): RecordedExit | undefined {
    const path = join(this.#folder, id);
    try {
      const exitCode = Number(readFileSync(path, "utf8"));
      return { exitCode, at: statSync(path).mtime };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  remove(id: string): void {
    rmSync(join(this.#folder, id), { force: true });
  }

  close(): void {
    this.#watcher?.close();
  }
}
