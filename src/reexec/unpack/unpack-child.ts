import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import { TarError } from "#formats/tar/tar-entry.ts";
import { TarReader } from "#formats/tar/tar-reader.ts";
import { enterRoot } from "#platform/linux/chroot.ts";
import { type Compression, openLayerSource } from "./layer-source.ts";
import { TreeWriter } from "./tree-writer.ts";
import { UnpackError, type UnpackFailure } from "./unpack-error.ts";
import type { WhiteoutStyle } from "./whiteouts.ts";

/** What the parent asks for, as JSON in the argument. */
export interface UnpackOrder {
  /** Absolute path of the folder that becomes the child's root, so that no link in it leads outside. */
  readonly root: string;
  /** Where in that root to unpack; links are followed. The root itself when left out. */
  readonly directory?: string;
  /** Fail where a folder would replace another kind of entry, or the reverse. */
  readonly refuseTypeChange?: boolean;
  readonly whiteouts: WhiteoutStyle;
  readonly compression: Compression;
}

/** The one line of JSON on stdout. */
export type UnpackAnswer =
  | { readonly diffId: string; readonly archiveBytes: number; readonly contentBytes: number }
  | { readonly error: string; readonly code: UnpackFailure };

/** Unpacks the layer on stdin below the ordered root, which becomes this process's root. Returns the exit code. */
export async function unpackChild(argument: string): Promise<number> {
  const order = JSON.parse(argument) as UnpackOrder;
  const writer = new TreeWriter(order.whiteouts, { refuseTypeChange: order.refuseTypeChange });
  let current = "";
  try {
    const source = openLayerSource(order.compression);
    enterRoot(order.root);
    if (order.directory !== undefined) process.chdir(order.directory);
    const hash = createHash("sha256");
    let archiveBytes = 0;
    const reader = new TarReader({
      entry: (entry) => {
        current = entry.path;
        writer.entry(entry);
      },
      data: (bytes, offset) => writer.data(bytes, offset),
      entryEnd: () => writer.entryEnd(),
    });
    for await (const chunk of source) {
      hash.update(chunk);
      archiveBytes += chunk.length;
      reader.push(chunk);
    }
    reader.end();
    writer.finish();
    answer({ diffId: `sha256:${hash.digest("hex")}`, archiveBytes, contentBytes: writer.contentBytes });
    return 0;
  } catch (error) {
    answer(describe(error, current));
    return 1;
  }
}

function answer(line: UnpackAnswer): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** Anything else than a damaged archive or a failed call is a bug of ours: it ends the process with its stack. */
function describe(error: unknown, entry: string): UnpackAnswer {
  if (error instanceof UnpackError) return { error: error.message, code: error.code };
  if (error instanceof TarError) return { error: error.message, code: "bad-archive" };
  const code = (error as { code?: unknown }).code;
  if (typeof code !== "string" || !code.startsWith("E")) throw error;
  const text = code === "ENOSPC" || code === "EDQUOT" ? "no space left on device" : (error as Error).message;
  return { error: entry === "" ? text : `${entry}: ${text}`, code: code as UnpackFailure };
}
