import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { KeyedLock } from "#base/concurrency/keyed-lock.ts";
import type { DataRoot } from "#state/data-root.ts";
import type { Database } from "#state/database.ts";
import type { EventsService } from "../events/events-service.ts";
import { copyAttributes, copyTree } from "./copy-tree.ts";
import {
  invalidVolumeName,
  noSuchVolume,
  noSuchVolumeDriver,
  volumeInUse,
  volumeNameTooShort,
  volumeOptionsNotBuilt,
} from "./volume-errors.ts";
import type { VolumeRecord } from "./volume-record.ts";

export interface VolumeServiceOptions {
  readonly database: Database;
  readonly dataRoot: DataRoot;
  readonly events: EventsService;
  /** RFC 3339. */
  readonly now: () => string;
}

export interface VolumeRequest {
  /** Empty for an anonymous one. */
  readonly name: string;
  readonly driver: string;
  readonly driverOptions: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>> | null;
}

const validName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
const anonymousLabel = "com.docker.volume.anonymous";

/**
 * Volumes of the local driver: a folder each. Containers hold the volumes they name by `hold` and let go by `release`; a
 * held volume cannot be removed. Data is deleted only by `remove` and with a container's anonymous volumes.
 */
export class VolumeService {
  readonly #options: VolumeServiceOptions;
  readonly #records = new Map<string, VolumeRecord>();
  /** By volume, the ids of the containers that name it. */
  readonly #holders = new Map<string, Set<string>>();
  readonly #locks = new KeyedLock();

  constructor(options: VolumeServiceOptions) {
    this.#options = options;
    const rows = options.database.query<{ record: string }, Record<never, never>>("SELECT record FROM volumes").all({});
    for (const { record } of rows) {
      const volume = JSON.parse(record) as VolumeRecord;
      this.#records.set(volume.name, volume);
    }
  }

  /**
   * Finishes removals that a crash cut short, and what is left of creations: an empty folder without a record goes, one with
   * content becomes a volume, since data is never deleted unasked. Called once, before containers are restored.
   */
  async open(): Promise<void> {
    const folder = this.#options.dataRoot.volumes;
    mkdirSync(folder, { recursive: true, mode: 0o711 });
    for (const record of this.#records.values()) if (record.removing) await this.#delete(record);
    for (const name of readdirSync(folder))
      if (!this.#records.has(name) && validName.test(name)) await this.#adopt(name);
  }

  async #adopt(name: string): Promise<void> {
    await rm(join(this.#folder(name), "_copy"), { recursive: true, force: true });
    try {
      if (existsSync(this.mountpoint(name))) rmdirSync(this.mountpoint(name));
      rmdirSync(this.#folder(name));
    } catch {
      if (!existsSync(this.mountpoint(name))) return;
      const anonymous = /^[0-9a-f]{64}$/.test(name);
      const labels = anonymous ? { [anonymousLabel]: "" } : null;
      this.#save({ name, createdAt: this.#options.now(), labels, anonymous });
    }
  }

  list(): readonly VolumeRecord[] {
    return [...this.#records.values()].filter(({ removing }) => !removing);
  }

  /** Throws `volume.no-such`. */
  get(name: string): VolumeRecord {
    const record = this.#records.get(name);
    if (!record || record.removing) throw noSuchVolume(name);
    return record;
  }

  /** The host path of a volume's content. */
  mountpoint(name: string): string {
    return join(this.#folder(name), "_data");
  }

  holders(name: string): readonly string[] {
    return [...(this.#holders.get(name) ?? [])];
  }

  /** Makes a volume; one of that name that is there already is the answer as it is. */
  create(request: VolumeRequest): VolumeRecord {
    const present = this.#records.get(request.name);
    if (present && !present.removing && (request.driver === "" || request.driver === "local")) return present;
    const record = this.prepare(request);
    this.insert(record);
    this.announceCreated(record);
    return record;
  }

  /**
   * Checks a request and makes the folder, without recording it: `insert` does, in the caller's transaction. A volume that is
   * there already is answered. Throws in docker's words.
   */
  prepare(request: VolumeRequest): VolumeRecord {
    const name = request.name || randomBytes(32).toString("hex");
    const present = this.#records.get(name);
    if (request.driver !== "" && request.driver !== "local") throw noSuchVolumeDriver(name, request.driver);
    if (present && !present.removing) return present;
    if (name.length === 1) throw volumeNameTooShort(name);
    if (!validName.test(name) || name.length > 255) throw invalidVolumeName(name);
    if (Object.keys(request.driverOptions).length > 0) throw volumeOptionsNotBuilt(name);
    mkdirSync(this.#folder(name), { recursive: true, mode: 0o701 });
    mkdirSync(this.mountpoint(name), { recursive: true, mode: 0o755 });
    const anonymous = request.name === "";
    const labels = anonymous ? { [anonymousLabel]: "", ...request.labels } : request.labels;
    return { name, createdAt: this.#options.now(), labels, anonymous };
  }

  /** Whether `prepare` answered with a volume that is recorded already. */
  isRecorded(record: VolumeRecord): boolean {
    return this.#records.get(record.name) === record;
  }

  /** Resolves when a removal of that name that is under way is over. */
  async settled(name: string): Promise<void> {
    if (this.#records.get(name)?.removing) await this.#locks.run(name, () => {});
  }

  /** Records a prepared volume. Synchronous, so that it can be part of a transaction; a rollback is `forget`. */
  insert(record: VolumeRecord): void {
    this.#save(record);
  }

  /** Undoes `prepare` and `insert` for a volume that nobody has used yet. */
  async forget(record: VolumeRecord): Promise<void> {
    this.#records.delete(record.name);
    await rm(this.#folder(record.name), { recursive: true, force: true });
  }

  announceCreated(record: VolumeRecord): void {
    this.#publish("create", record.name, { driver: "local" });
  }

  announceMount(name: string, containerId: string, destination: string, readWrite: boolean): void {
    const attributes = {
      container: containerId,
      destination,
      driver: "local",
      propagation: "",
      "read/write": String(readWrite),
    };
    this.#publish("mount", name, attributes);
  }

  announceUnmount(name: string, containerId: string): void {
    this.#publish("unmount", name, { container: containerId, driver: "local" });
  }

  hold(name: string, containerId: string): void {
    const holders = this.#holders.get(name);
    if (holders) holders.add(containerId);
    else this.#holders.set(name, new Set([containerId]));
  }

  release(name: string, containerId: string): void {
    const holders = this.#holders.get(name);
    holders?.delete(containerId);
    if (holders?.size === 0) this.#holders.delete(name);
  }

  /** Removes a volume and its data. Throws `volume.no-such` and `volume.in-use`; with `force` a missing one is fine. */
  async remove(name: string, { force }: { force: boolean }): Promise<void> {
    const record = this.#records.get(name);
    if (!record || record.removing) {
      if (force) return;
      throw noSuchVolume(name);
    }
    const holders = this.holders(name);
    if (holders.length > 0) throw volumeInUse(name, holders);
    await this.discard(record);
  }

  /** Marks a volume as going, in the caller's transaction; `discard` or the next start deletes its data. */
  markRemoving(record: VolumeRecord): VolumeRecord {
    const removing: VolumeRecord = { ...record, removing: true };
    this.#save(removing);
    return removing;
  }

  /** Deletes a volume that no container names any more. */
  async discard(record: VolumeRecord): Promise<void> {
    const removing = record.removing ? record : this.markRemoving(record);
    await this.#delete(removing);
    this.#publish("destroy", record.name, { driver: "local" });
  }

  /**
   * Fills an empty volume with the content of an image's folder, owner and mode included; one that has content, or that
   * another container names too, keeps what it has. The copy appears at once, by a rename.
   */
  async populate(name: string, source: string, containerId: string): Promise<void> {
    await this.#locks.run(name, async () => {
      const target = this.mountpoint(name);
      if (readdirSync(target).length > 0 || this.holders(name).some((holder) => holder !== containerId)) return;
      const copy = join(this.#folder(name), "_copy");
      await rm(copy, { recursive: true, force: true });
      await mkdir(copy, { mode: 0o700 });
      await copyTree(source, copy);
      copyAttributes(statSync(source), copy);
      await rename(copy, target);
    });
  }

  #folder(name: string): string {
    return join(this.#options.dataRoot.volumes, name);
  }

  async #delete(record: VolumeRecord): Promise<void> {
    await this.#locks.run(record.name, async () => {
      // Made anew under the same name in the meantime?
      if (this.#records.get(record.name) !== record) return;
      await rm(this.#folder(record.name), { recursive: true, force: true });
      this.#options.database.query("DELETE FROM volumes WHERE name = $name").run({ name: record.name });
      this.#records.delete(record.name);
    });
  }

  #save(record: VolumeRecord): void {
    this.#options.database
      .query("INSERT OR REPLACE INTO volumes (name, record) VALUES ($name, $record)")
      .run({ name: record.name, record: JSON.stringify(record) });
    this.#records.set(record.name, record);
  }

  #publish(action: string, name: string, attributes: Readonly<Record<string, string>>): void {
    this.#options.events.publish({ type: "volume", action, id: name, attributes });
  }
}
