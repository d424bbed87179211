import { createReadStream } from "node:fs";
import type { Readable, Transform, TransformOptions } from "node:stream";
import { createGunzip, createZstdDecompress, type ZlibOptions, type ZstdOptions } from "node:zlib";
import { closeFile } from "#platform/linux/open.ts";
import { openPipe } from "#platform/linux/pipe.ts";
import { ProgramError } from "#platform/process/program-error.ts";
import { spawnProcess } from "#platform/process/spawn-process.ts";
import { UnpackError } from "./unpack-error.ts";

export type Compression = "none" | "gzip" | "zstd" | "bzip2" | "xz";

const chunkSize = 1 << 20;
/** Large pieces: with the default of 16 KiB the stream's own work costs more than inflating. */
const inflateOptions: ZlibOptions & ZstdOptions & TransformOptions = { chunkSize, highWaterMark: 4 * chunkSize };

/**
 * The uncompressed bytes of what comes in at descriptor 0. gzip and zstd are inflated here, on another thread and faster
 * than the usual programs do it; xz and bzip2 by their programs, started at once: after a change of root they could
 * not be found. Iterating throws UnpackError when the compressed data are damaged or cut short.
 */
export function openLayerSource(compression: Compression): AsyncIterable<Buffer> {
  switch (compression) {
    case "none":
      return readFrom(0);
    case "gzip":
      return inflate(createGunzip(inflateOptions), "gzip");
    case "zstd":
      return inflate(createZstdDecompress(inflateOptions), "zstd");
    default:
      return inflateByProgram([compression, "-dc"]);
  }
}

function readFrom(fd: number): Readable {
  return createReadStream("", { fd, highWaterMark: chunkSize, autoClose: false });
}

async function* inflate(inflater: Transform, name: string): AsyncIterable<Buffer> {
  const input = readFrom(0);
  input.on("error", (error) => inflater.destroy(error));
  try {
    yield* input.pipe(inflater) as AsyncIterable<Buffer>;
  } catch (error) {
    throw new UnpackError("bad-compression", `${name}: ${(error as Error).message}`, { cause: error });
  }
}

function inflateByProgram(argv: readonly string[]): AsyncIterable<Buffer> {
  const { readEnd, writeEnd } = openPipe({ sizeBytes: chunkSize });
  try {
    const child = spawnProcess(argv, { stdio: [0, writeEnd, "pipe"] });
    const stderr = new Response(child.stderr).text();
    return readToExit(readEnd, async () => {
      const { exitCode, signal } = await child.exited;
      if (exitCode !== 0)
        throw new UnpackError(
          "bad-compression",
          new ProgramError(argv, { exitCode, signal, stderr: await stderr }).message,
        );
    });
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw new UnpackError("bad-compression", `${argv[0]} is needed for this layer: ${error.message}`, { cause: error });
  } finally {
    closeFile(writeEnd);
  }
}

async function* readToExit(fd: number, ended: () => Promise<void>): AsyncIterable<Buffer> {
  yield* readFrom(fd) as AsyncIterable<Buffer>;
  await ended();
}
