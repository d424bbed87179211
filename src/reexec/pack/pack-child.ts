import { writeSync } from "node:fs";
import { encodeName } from "#formats/tar/tar-name.ts";
import { endOfArchive } from "#formats/tar/tar-writer.ts";
import { enterRoot } from "#platform/linux/chroot.ts";
import { TreePacker } from "./tree-packer.ts";

/** What the parent asks for, as JSON in the argument. */
export interface PackOrder {
  /** Absolute path of the folder that becomes the child's root, so that no link in it leads outside. */
  readonly root: string;
  /** What to pack, from that root on; links in it are followed, but not the last one. Empty for everything. */
  readonly path: string;
  /** The name of `path` in the archive. Empty for a folder's content only. */
  readonly name: string;
  /** The root is an overlay's upper folder: write its whiteouts as a layer's archive does. */
  readonly convertWhiteouts: boolean;
}

/** What stderr holds, as one line of JSON, when the archive could not be written to its end. */
export interface PackFailure {
  readonly error: string;
  readonly code: string;
}

/** Enough that small entries do not cost a write each. */
const bufferBytes = 1 << 18;

/** Writes the archive to stdout. Returns the exit code. */
export async function packChild(argument: string): Promise<number> {
  const { root, path, name, convertWhiteouts } = JSON.parse(argument) as PackOrder;
  try {
    enterRoot(root);
    const output = new BufferedOutput(1);
    const packer = new TreePacker((bytes) => output.write(bytes), { convertWhiteouts });
    packer.pack(path === "" ? Buffer.from(".") : encodeName(path), name);
    output.write(endOfArchive);
    output.flush();
    return 0;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (typeof code !== "string") throw error;
    const failure: PackFailure = { error: message, code };
    writeSync(2, `${JSON.stringify(failure)}\n`);
    return 1;
  }
}

class BufferedOutput {
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafe(bufferBytes);
  #filled = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > bufferBytes) this.flush();
    if (bytes.length >= bufferBytes) {
      writeWhole(this.#fd, bytes);
      return;
    }
    this.#buffer.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  flush(): void {
    writeWhole(this.#fd, this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }
}

function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at);
}
