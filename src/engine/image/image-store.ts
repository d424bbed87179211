import type { Digest } from "#formats/digest/digest.ts";
import type { Database } from "#state/database.ts";
import type { ImageRecord, LayerRecord } from "./image-record.ts";

export interface ImageName {
  /** The whole normalised reference: docker.io/library/busybox:latest, or with a digest. */
  readonly name: string;
  readonly imageId: Digest;
}

/** The SQL of images, their names and their layers. Synchronous. */
export class ImageStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  transaction<T>(work: () => T): T {
    return this.#database.transaction(work);
  }

  get(id: string): ImageRecord | undefined {
    const row = this.#database
      .query<{ record: string }, { id: string }>("SELECT record FROM images WHERE id = $id")
      .get({ id });
    return row ? (JSON.parse(row.record) as ImageRecord) : undefined;
  }

  all(): readonly ImageRecord[] {
    const rows = this.#database.query<{ record: string }, Record<string, never>>("SELECT record FROM images").all({});
    return rows.map(({ record }) => JSON.parse(record) as ImageRecord);
  }

  count(): number {
    return this.#database
      .query<{ count: number }, Record<string, never>>("SELECT count(*) AS count FROM images")
      .get({})!.count;
  }

  /** At most two: more than one means that the prefix is not unique. `prefix` is "sha256:" and hex digits. */
  idsStartingWith(prefix: string): readonly Digest[] {
    const rows = this.#database
      .query<{ id: Digest }, { from: string; to: string }>(
        "SELECT id FROM images WHERE id >= $from AND id < $to ORDER BY id LIMIT 2",
      )
      // "g" is the character behind the last hex digit.
      .all({ from: prefix, to: `${prefix}g` });
    return rows.map(({ id }) => id);
  }

  save(record: ImageRecord): void {
    this.#database
      .query<unknown, { id: string; record: string }>(
        "INSERT INTO images (id, record) VALUES ($id, $record) ON CONFLICT (id) DO UPDATE SET record = $record",
      )
      .run({ id: record.id, record: JSON.stringify(record) });
  }

  /** The names must be gone before. */
  remove(id: string): void {
    this.#database.query<unknown, { id: string }>("DELETE FROM images WHERE id = $id").run({ id });
  }

  targetOf(name: string): Digest | undefined {
    const row = this.#database
      .query<{ image_id: Digest }, { name: string }>("SELECT image_id FROM image_names WHERE name = $name")
      .get({ name });
    return row?.image_id;
  }

  names(): readonly ImageName[] {
    return this.#database
      .query<ImageName, Record<string, never>>("SELECT name, image_id AS imageId FROM image_names ORDER BY name")
      .all({});
  }

  namesOf(id: string): readonly string[] {
    const rows = this.#database
      .query<{ name: string }, { id: string }>("SELECT name FROM image_names WHERE image_id = $id ORDER BY name")
      .all({ id });
    return rows.map(({ name }) => name);
  }

  setName(name: string, imageId: string): void {
    this.#database
      .query<unknown, { name: string; imageId: string }>(
        "INSERT INTO image_names (name, image_id) VALUES ($name, $imageId) ON CONFLICT (name) DO UPDATE SET image_id = $imageId",
      )
      .run({ name, imageId });
  }

  removeName(name: string): void {
    this.#database.query<unknown, { name: string }>("DELETE FROM image_names WHERE name = $name").run({ name });
  }

  layer(chainId: string): LayerRecord | undefined {
    const row = this.#database
      .query<LayerRow, { chainId: string }>("SELECT * FROM layers WHERE chain_id = $chainId")
      .get({ chainId });
    return row ? layerOf(row) : undefined;
  }

  layers(): readonly LayerRecord[] {
    return this.#database.query<LayerRow, Record<string, never>>("SELECT * FROM layers").all({}).map(layerOf);
  }

  /** Is there a layer that no image stands on? Some container may, or nobody. */
  hasLayerWithoutImage(): boolean {
    const row = this.#database
      .query<unknown, Record<string, never>>(
        "SELECT 1 FROM layers WHERE chain_id NOT IN (SELECT value FROM images, json_each(record, '$.layers')) LIMIT 1",
      )
      .get({});
    return row !== null;
  }

  saveLayer({ chainId, parent, diffId, sizeBytes, blob }: LayerRecord): void {
    this.#database
      .query<unknown, { chainId: string; parent: string | null; diffId: string; sizeBytes: number; blob: string }>(
        "INSERT INTO layers (chain_id, parent, diff_id, size_bytes, blob) VALUES ($chainId, $parent, $diffId, $sizeBytes, $blob) ON CONFLICT (chain_id) DO NOTHING",
      )
      .run({ chainId, parent: parent ?? null, diffId, sizeBytes, blob });
  }

  removeLayer(chainId: string): void {
    this.#database.query<unknown, { chainId: string }>("DELETE FROM layers WHERE chain_id = $chainId").run({ chainId });
  }
}

interface LayerRow {
  readonly chain_id: string;
  readonly parent: string | null;
  readonly diff_id: Digest;
  readonly size_bytes: number;
  readonly blob: Digest;
}

const layerOf = (row: LayerRow): LayerRecord => ({
  chainId: row.chain_id,
  parent: row.parent ?? undefined,
  diffId: row.diff_id,
  sizeBytes: row.size_bytes,
  blob: row.blob,
});
