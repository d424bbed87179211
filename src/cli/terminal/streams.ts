import process from "node:process";
import { DetachWatcher, defaultDetachKeys, parseDetachKeys } from "#formats/detach-keys/detach-keys.ts";
import { FrameDecoder } from "#formats/stdcopy/stdcopy.ts";
import type { ByteSource, ByteStream } from "#platform/http/client-connection.ts";
import type { Out } from "../output/out.ts";

/** Copies a container's output until it ends: plain for a terminal, taken apart into stdout and stderr otherwise. */
export async function copyOutput(source: ByteSource, out: Out, isPlain: boolean): Promise<void> {
  if (isPlain) {
    for await (const chunk of source) out.write(chunk);
    return;
  }
  const decoder = new FrameDecoder();
  for await (const chunk of source)
    decoder.push(chunk, (stream, payload) => {
      if (stream === 3) throw new Error(`Error from daemon in stream: ${Buffer.from(payload).toString("utf8")}`);
      if (stream === 2) out.writeError(payload);
      else out.write(payload);
    });
}

export interface InputCopy {
  /** Resolves when the user has typed the sequence that leaves the container; without one never. */
  readonly detached: Promise<"detached">;
  readonly stop: () => void;
}

/**
 * Sends our stdin until it ends or the copy is stopped; its end is passed on. The daemon acts on the detach sequence, so it
 * is sent like everything else; it is watched only to tell a session that was left from one that has ended.
 */
export function copyInput(stream: ByteStream, detachKeys?: readonly number[]): InputCopy {
  const watcher = detachKeys && new DetachWatcher(detachKeys);
  const detached = Promise.withResolvers<"detached">();
  let isStopped = false;
  const copy = async () => {
    // Not by events: Bun loses the end of stdin when it comes while stdin is paused.
    for await (const chunk of process.stdin.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (isStopped) return;
      await stream.write(chunk);
      if (watcher?.push(chunk).detached) return detached.resolve("detached");
    }
    stream.endWrite();
  };
  // A terminal that has gone away is the end of its input.
  copy().catch(() => stream.endWrite());
  const stop = () => {
    isStopped = true;
    process.stdin.pause();
  };
  return { detached: detached.promise, stop };
}

/** The sequence that the user has configured; docker's own when there is none or it means nothing. */
export const detachSequence = (text: string | undefined): readonly number[] =>
  (text ? parseDetachKeys(text) : undefined) ?? defaultDetachKeys;
