import process from "node:process";
import { DetachWatcher, defaultDetachKeys, parseDetachKeys } from "#formats/detach-keys/detach-keys.ts";
import type { ByteStream } from "#platform/http/client-connection.ts";
import type { Out } from "../output/out.ts";
import { copyOutput } from "./copy-output.ts";
import { enterRawMode } from "./terminal.ts";

export interface AttachedStreams {
  readonly stream: ByteStream;
  readonly tty: boolean;
  readonly stdin: boolean;
  /** The sequence that leaves a terminal; docker's when undefined or not understood. */
  readonly detachKeys?: string;
  readonly out: Out;
}

/** How the session ended: the other side closed it, or the user typed the detach sequence. */
export type AttachEnd = "closed" | "detached";

/** Time for the daemon to close the session after the detach sequence. */
const detachGraceMs = 1000;

/**
 * Connects our streams with a container's until its output ends. The daemon acts on the detach sequence; it is watched here
 * only to tell a detached session from an ended one. The terminal is restored however this ends.
 */
export async function attachStreams({ stream, tty, stdin, detachKeys, out }: AttachedStreams): Promise<AttachEnd> {
  const restore = tty && stdin ? enterRawMode() : () => undefined;
  const detached = Promise.withResolvers<AttachEnd>();
  let sawKeys = false;
  try {
    if (stdin) {
      const watcher = tty ? new DetachWatcher(keysOf(detachKeys)) : undefined;
      void sendInput(stream, watcher, () => {
        sawKeys = true;
        setTimeout(() => detached.resolve("detached"), detachGraceMs).unref();
      });
    } else if (!tty) stream.endWrite();
    const closed = copyOutput(stream.source, !tty, out).then((): AttachEnd => (sawKeys ? "detached" : "closed"));
    return await Promise.race([closed, detached.promise]);
  } finally {
    restore();
  }
}

const keysOf = (text: string | undefined) =>
  (text === undefined || text === "" ? undefined : parseDetachKeys(text)) ?? defaultDetachKeys;

async function sendInput(stream: ByteStream, watcher: DetachWatcher | undefined, onDetach: () => void): Promise<void> {
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    await stream.write(chunk);
    if (watcher?.push(chunk).detached) {
      onDetach();
      return;
    }
  }
  stream.endWrite();
}
