import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Registry } from "../../test/support/registry.ts";

const layerCount = 5;
const megabyte = 1_000_000;

/** Publishes an image of `sizeMb` megabytes in five layers, made of this machine's own programs and libraries. */
export async function pushBigImage(registry: Registry, sizeMb: number): Promise<string> {
  const files = filesUnder(["/usr/bin", "/usr/lib", "/usr/share"]);
  const layers: Uint8Array[] = [];
  for (let layer = 0; layer < layerCount; layer++) layers.push(await packNext(files, (sizeMb / layerCount) * megabyte));
  await registry.push("bench/big", "1", layers);
  return `${registry.address}/bench/big:1`;
}

function* filesUnder(folders: readonly string[]): Generator<{ path: string; size: number }> {
  for (const folder of folders)
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) yield* filesUnder([path]);
      else if (entry.isFile()) yield { path, size: statSync(path).size };
    }
}

async function packNext(files: Generator<{ path: string; size: number }>, sizeBytes: number): Promise<Uint8Array> {
  const paths: string[] = [];
  let size = 0;
  while (size < sizeBytes) {
    const next = files.next();
    if (next.done) throw new Error("this machine has too few files for the image");
    // None may be so big that a layer gets out of proportion.
    if (next.value.size > sizeBytes / 2) continue;
    size += next.value.size;
    paths.push(next.value.path.slice(1));
  }
  const tar = Bun.spawn(["tar", "-C", "/", "-cf", "-", "--no-recursion", "--files-from=-"], {
    stdin: new Blob([paths.join("\n")]),
    stdout: "pipe",
    stderr: "inherit",
  });
  return new Response(tar.stdout).bytes();
}
