import { setTimeout as sleep } from "node:timers/promises";
import type { Descriptor } from "#formats/manifest/manifest.ts";
import { unreachable } from "./go-error.ts";
import { RegistryError } from "./registry-service.ts";

/** Asks for the bytes from `offset` on; `url` is for messages. */
export type OpenBlob = (offset: number) => Promise<{ readonly response: Response; readonly url: URL }>;

export interface RetryPolicy {
  /** Breaks in a row without progress before it is given up. */
  readonly maxFailures: number;
  /** Before the n-th retry, from 1. */
  readonly delayMilliseconds: (failures: number) => number;
}

export const defaultRetryPolicy: RetryPolicy = {
  maxFailures: 5,
  delayMilliseconds: (failures) => Math.min(500 * 2 ** (failures - 1), 10_000),
};

/** So many new bytes count as progress: a server that hangs up after each byte does not keep us for ever. */
const progressBytes = 1024 * 1024;

/**
 * The bytes of a blob. When the connection breaks or the server fails, goes on where it was, by Range or, where a server
 * does not know that, by skipping what is here already. Throws RegistryError when that does not help.
 */
export async function* downloadBlob(
  descriptor: Descriptor,
  open: OpenBlob,
  signal: AbortSignal,
  retry: RetryPolicy = defaultRetryPolicy,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  let failures = 0;
  let offsetOfFailure = 0;
  for (;;) {
    try {
      for await (const chunk of readFrom(descriptor, offset, open, signal)) {
        offset += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RegistryError) || !["unreachable", "too-many-requests"].includes(error.failure))
        throw error;
      if (offset - offsetOfFailure >= progressBytes) failures = 0;
      offsetOfFailure = offset;
      if (++failures > retry.maxFailures) throw error;
      await sleep(retry.delayMilliseconds(failures), undefined, { signal }).catch(() => {});
      signal.throwIfAborted();
    }
  }
}

async function* readFrom(
  { digest, size }: Descriptor,
  offset: number,
  open: OpenBlob,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (offset === size && offset > 0) return;
  const { response, url } = await open(offset);
  let skip = response.status === 206 ? 0 : offset;
  if (response.status === 206 && !startsAt(response, offset))
    throw new RegistryError("corrupt", `registry sent another part of ${digest} than was asked for`);
  let position = offset;
  try {
    for await (const chunk of response.body ?? []) {
      const fresh = chunk.subarray(Math.min(skip, chunk.length));
      skip -= chunk.length - fresh.length;
      position += fresh.length;
      if (position > size) throw new RegistryError("corrupt", `registry sent more than the ${size} bytes of ${digest}`);
      if (fresh.length > 0) yield fresh;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof RegistryError ? error : unreachable("GET", url, error);
  }
  if (position < size) throw new RegistryError("unreachable", "unexpected EOF");
}

const startsAt = (response: Response, offset: number): boolean =>
  /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1] === String(offset);
