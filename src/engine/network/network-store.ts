import { randomBytes } from "node:crypto";
import type { Database } from "#state/database.ts";
import type { BridgeSettings, NetworkRecord } from "./network-record.ts";

/** The networks' table, held in memory. */
export class NetworkStore {
  readonly #database: Database;
  readonly #records = new Map<string, NetworkRecord>();

  constructor(database: Database) {
    this.#database = database;
    const rows = database.query<{ record: string }, Record<never, never>>("SELECT record FROM networks").all({});
    for (const { record } of rows) {
      const network = JSON.parse(record) as NetworkRecord;
      this.#records.set(network.id, network);
    }
  }

  all(): readonly NetworkRecord[] {
    return [...this.#records.values()];
  }

  /** Makes bridge, host and none where they are missing, and gives the bridge the daemon's present settings. */
  ensurePredefined(bridge: BridgeSettings | undefined, now: () => string): void {
    const wanted = [
      { name: "none", driver: "null" },
      { name: "host", driver: "host" },
      ...(bridge ? [{ name: "bridge", driver: "bridge", bridge } as const] : []),
    ] as const;
    const present = new Map(this.all().map((record) => [record.name, record]));
    const changed: NetworkRecord[] = [];
    for (const network of wanted) {
      const old = present.get(network.name);
      const id = old?.id ?? randomBytes(32).toString("hex");
      const record: NetworkRecord = { id, createdAt: old?.createdAt ?? now(), ...network };
      if (JSON.stringify(old) !== JSON.stringify(record)) changed.push(record);
    }
    const stale = bridge ? undefined : present.get("bridge");
    if (changed.length === 0 && !stale) return;
    this.#database.transaction(() => {
      for (const record of changed) this.#write(record);
      if (stale) this.#database.query("DELETE FROM networks WHERE id = $id").run({ id: stale.id });
    });
    for (const record of changed) this.#records.set(record.id, record);
    if (stale) this.#records.delete(stale.id);
  }

  #write(record: NetworkRecord): void {
    this.#database
      .query("INSERT OR REPLACE INTO networks (id, name, record) VALUES ($id, $name, $record)")
      .run({ id: record.id, name: record.name, record: JSON.stringify(record) });
  }
}
