import type { TarEntry } from "./tar-entry.ts";
import { TarReader } from "./tar-reader.ts";

export interface TarItem {
  readonly entry: TarEntry;
  /** The file's bytes, holes as zeros. To be read before the next item is asked for; what is not read is skipped. */
  readonly content: () => AsyncGenerator<Uint8Array>;
}

type Found = { readonly entry: TarEntry } | { readonly bytes: Buffer; readonly offset: number } | "entry-end";

const zeros = Buffer.alloc(65536);

/** Reads an archive at the pace of the caller: no more of `source` is taken than is needed for the next piece. */
export async function* tarEntries(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarItem> {
  const pieces = found(source);
  try {
    for (;;) {
      const { value, done } = await pieces.next();
      if (done) return;
      if (typeof value === "object" && "entry" in value)
        yield { entry: value.entry, content: () => contentOf(value.entry.sizeBytes, pieces) };
    }
  } finally {
    await pieces.return(undefined);
  }
}

async function* contentOf(sizeBytes: number, pieces: AsyncGenerator<Found>): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (;;) {
    const { value, done } = await pieces.next();
    const isPiece = !done && typeof value === "object" && "bytes" in value;
    for (const next = isPiece ? value.offset : sizeBytes; at < next; ) {
      const hole = zeros.subarray(0, Math.min(zeros.length, next - at));
      at += hole.length;
      yield hole;
    }
    if (!isPiece) return;
    at += value.bytes.length;
    yield value.bytes;
  }
}

async function* found(source: AsyncIterable<Uint8Array>): AsyncGenerator<Found> {
  let pieces: Found[] = [];
  const reader = new TarReader({
    entry: (entry) => pieces.push({ entry }),
    data: (bytes, offset) => pieces.push({ bytes, offset }),
    entryEnd: () => pieces.push("entry-end"),
  });
  for await (const chunk of source) {
    reader.push(chunk);
    const ready = pieces;
    pieces = [];
    yield* ready;
  }
  reader.end();
}
