import type { Database } from "#state/database.ts";
import { ambiguousId, noSuchContainer } from "./container-errors.ts";
import type { ContainerRecord } from "./container-record.ts";

/** How long a change that may be lost waits for company in one transaction. */
const laterMilliseconds = 50;
/** How long after a failure it is tried again. */
const retryMilliseconds = 1000;

interface Change {
  readonly apply: () => void;
  readonly done: PromiseWithResolvers<void>;
}

/**
 * The containers' table. Reads come from memory. A change is visible in memory at once and durable when the promise
 * resolves; changes asked for in the same turn of the event loop share one transaction.
 */
export class ContainerStore {
  readonly #database: Database;
  readonly #records = new Map<string, ContainerRecord>();
  readonly #idsByName = new Map<string, string>();
  #waiting: Change[] = [];
  readonly #later = new Set<string>();
  #laterTimer: ReturnType<typeof setTimeout> | undefined;
  /** Transactions so far, for tests and the bench. */
  commits = 0;

  constructor(database: Database) {
    this.#database = database;
    const rows = database.query<{ record: string }, Record<never, never>>("SELECT record FROM containers").all({});
    for (const { record } of rows) this.#remember(JSON.parse(record) as ContainerRecord);
  }

  all(): IterableIterator<ContainerRecord> {
    return this.#records.values();
  }

  has(id: string): boolean {
    return this.#records.has(id);
  }

  byId(id: string): ContainerRecord | undefined {
    return this.#records.get(id);
  }

  /** By full id, name (with or without slash), or unique prefix of an id. Throws `container.no-such`, `container.ambiguous-id`. */
  get(ref: string): ContainerRecord {
    const id = this.#records.has(ref) ? ref : this.#idsByName.get(ref.replace(/^\//, ""));
    const record = id === undefined ? undefined : this.#records.get(id);
    return record ?? this.#byPrefix(ref);
  }

  idOfName(name: string): string | undefined {
    return this.#idsByName.get(name);
  }

  /** Adds or replaces a record; also its name, which the caller has checked to be free. */
  save(record: ContainerRecord, also?: () => void): Promise<void> {
    this.#remember(record);
    this.#later.delete(record.id);
    return this.#commit(() => {
      this.#write(this.#records.get(record.id) ?? record);
      also?.();
    });
  }

  /** Like `save`, but memory keeps what it has: a start is recorded before it is one. */
  saveAhead(record: ContainerRecord): Promise<void> {
    this.#later.delete(record.id);
    return this.#commit(() => this.#write(record));
  }

  /** Replaces a record in memory and writes it within a moment; for facts that a restart finds out anyway. */
  saveLater(record: ContainerRecord): void {
    this.#remember(record);
    this.#later.add(record.id);
    this.#laterTimer ??= setTimeout(() => this.flush(), laterMilliseconds);
  }

  /** Replaces a record in memory only. */
  remember(record: ContainerRecord): void {
    this.#remember(record);
  }

  /** Takes a record out of the database; memory keeps it until `forget`. */
  delete(id: string, also?: () => void): Promise<void> {
    this.#later.delete(id);
    return this.#commit(() => {
      this.#database.query("DELETE FROM containers WHERE id = $id").run({ id });
      also?.();
    });
  }

  /** Takes a record out of memory, so that nobody finds it; its name stays taken until `freeName`. */
  forget(id: string): void {
    this.#later.delete(id);
    this.#records.delete(id);
  }

  freeName(name: string, id: string): void {
    if (this.#idsByName.get(name) === id) this.#idsByName.delete(name);
  }

  /** Takes a name, before anything else of the container exists; false when it is taken. */
  claimName(name: string, id: string): boolean {
    if (this.#idsByName.has(name)) return false;
    this.#idsByName.set(name, id);
    return true;
  }

  /**
   * Writes what `saveLater` has collected. A failure (a full disk) is not told: the facts are found out anew by the next
   * start, and the next flush tries again.
   */
  flush(): void {
    clearTimeout(this.#laterTimer);
    this.#laterTimer = undefined;
    const records = [...this.#later].flatMap((id) => this.#records.get(id) ?? []);
    if (records.length === 0) return;
    this.commits += 1;
    try {
      this.#database.transaction(() => {
        for (const record of records) this.#write(record);
      });
      this.#later.clear();
    } catch {
      this.#laterTimer = setTimeout(() => this.flush(), retryMilliseconds);
    }
  }

  /** Writes what waits, for the last time. */
  close(): void {
    this.#commitWaiting();
    this.flush();
    clearTimeout(this.#laterTimer);
  }

  #commit(apply: () => void): Promise<void> {
    const done = Promise.withResolvers<void>();
    if (this.#waiting.length === 0) setImmediate(() => this.#commitWaiting());
    this.#waiting.push({ apply, done });
    return done.promise;
  }

  #commitWaiting(): void {
    const changes = this.#waiting;
    this.#waiting = [];
    if (changes.length === 0) return;
    this.commits += 1;
    try {
      this.#database.transaction(() => {
        for (const { apply } of changes) apply();
      });
    } catch (error) {
      for (const { done } of changes) done.reject(error);
      return;
    }
    for (const { done } of changes) done.resolve();
  }

  #write(record: ContainerRecord): void {
    this.#database
      .query(
        "INSERT INTO containers (id, name, record) VALUES ($id, $name, $record) ON CONFLICT (id) DO UPDATE SET name = excluded.name, record = excluded.record",
      )
      .run({ id: record.id, name: record.name, record: JSON.stringify(record) });
  }

  #remember(record: ContainerRecord): void {
    const old = this.#records.get(record.id);
    if (old && old.name !== record.name) this.freeName(old.name, old.id);
    this.#records.set(record.id, record);
    this.#idsByName.set(record.name, record.id);
  }

  #byPrefix(prefix: string): ContainerRecord {
    let found: ContainerRecord | undefined;
    if (/^[0-9a-f]+$/.test(prefix))
      for (const record of this.#records.values()) {
        if (!record.id.startsWith(prefix)) continue;
        if (found) throw ambiguousId(prefix);
        found = record;
      }
    if (!found) throw noSuchContainer(prefix);
    return found;
  }
}
