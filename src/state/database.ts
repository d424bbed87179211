import { Database as Sqlite, type Statement } from "bun:sqlite";
import { chmodSync, closeSync, existsSync, openSync } from "node:fs";
import { DiskReserve } from "./disk-reserve.ts";
import { migrations } from "./migrations/migrations.ts";

/**
 * The one sqlite file of a data root: write-ahead log, full sync, so a committed transaction survives power loss.
 * All calls are synchronous (1–3 ms a commit): one transaction a state change, none on reads of lists.
 */
export class Database {
  readonly #sqlite: Sqlite;
  readonly #reserve: DiskReserve | undefined;

  /** Opens or makes the file (":memory:" for tests) and brings it to the newest format. Throws on a newer one. */
  constructor(path: string) {
    if (path !== ":memory:") keepPrivate(path);
    this.#sqlite = new Sqlite(path, { create: true, strict: true });
    this.#reserve = path === ":memory:" ? undefined : new DiskReserve(`${path}.reserve`);
    this.#reserve?.refill();
    this.#sqlite.run("PRAGMA journal_mode = WAL");
    this.#sqlite.run("PRAGMA synchronous = FULL");
    this.#sqlite.run("PRAGMA foreign_keys = ON");
    this.#migrate();
  }

  /** A prepared statement, cached by its text. Parameters are named: `$id` in SQL, `{ id }` in the call. */
  query<Row, Parameters extends Record<string, string | number | bigint | Uint8Array | null>>(
    sql: string,
  ): Statement<Row, [Parameters]> {
    return this.#sqlite.query<Row, [Parameters]>(sql);
  }

  /**
   * Runs `work` in one transaction; a throw rolls it back. Must not await. On a full disk the reserve is given up and the
   * work done once more: what removes things must be able to say so.
   */
  transaction<T>(work: () => T): T {
    try {
      return this.#sqlite.transaction(work).immediate();
    } catch (error) {
      if ((error as { code?: string }).code !== "SQLITE_FULL" || !this.#reserve?.release()) throw error;
      return this.#sqlite.transaction(work).immediate();
    }
  }

  close(): void {
    this.#reserve?.refill();
    this.#sqlite.close();
  }

  #migrate(): void {
    const { user_version: version } = this.#sqlite.query<{ user_version: number }, []>("PRAGMA user_version").get()!;
    if (version > migrations.length)
      throw new Error(
        `the data root has format ${version}, this wherry knows ${migrations.length}: it was written by a newer one`,
      );
    for (let next = version; next < migrations.length; next++) {
      this.transaction(() => {
        this.#sqlite.run(migrations[next]!);
        this.#sqlite.run(`PRAGMA user_version = ${next + 1}`);
      });
    }
  }
}

/** Records hold passwords in variables: the file is for its owner alone, also in a folder that others may enter. */
function keepPrivate(path: string): void {
  // Its companions get the mode of the file from sqlite, unless they are there already.
  closeSync(openSync(path, "a", 0o600));
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, 0o600);
}
