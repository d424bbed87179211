import process from "node:process";
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

/** Sends our stdin until it ends or the returned function is called; its end is passed on. */
export function copyInput(stream: ByteStream): () => void {
  const onData = (chunk: Buffer) => {
    process.stdin.pause();
    void stream.write(chunk).then(() => process.stdin.resume());
  };
  const onEnd = () => stream.endWrite();
  process.stdin.on("data", onData);
  process.stdin.on("end", onEnd);
  process.stdin.resume();
  return () => {
    process.stdin.off("data", onData);
    process.stdin.off("end", onEnd);
    process.stdin.pause();
  };
}
