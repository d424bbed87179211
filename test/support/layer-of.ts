import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { tarOf } from "./busybox-image.ts";

/** A layer holding these files, as a tar that is the same bytes every time. */
export async function layerOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "wherry-layer-"));
  chmodSync(folder, 0o755);
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return await tarOf(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
