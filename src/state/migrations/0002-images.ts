/** Images by config digest, the names that point at them, and the layers they stand on. */
export const images = `
CREATE TABLE images (
  id TEXT PRIMARY KEY,
  record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE image_names (
  name TEXT PRIMARY KEY,
  image_id TEXT NOT NULL REFERENCES images (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_names_of_image ON image_names (image_id);
CREATE TABLE layers (
  chain_id TEXT PRIMARY KEY,
  parent TEXT,
  diff_id TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  blob TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
