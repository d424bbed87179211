import { FrameDecoder } from "#formats/stdcopy/stdcopy.ts";
import type { ByteSource } from "#platform/http/client-connection.ts";
import { CommandError } from "../command.ts";
import type { Out } from "../output/out.ts";

/** Copies a container's output to ours until it ends: a multiplexed stream is taken apart, a terminal's is plain. */
export async function copyOutput(source: ByteSource, isMultiplexed: boolean, out: Out): Promise<void> {
  if (!isMultiplexed) {
    for await (const chunk of source) out.write(chunk);
    return;
  }
  const frames = new FrameDecoder();
  for await (const chunk of source)
    frames.push(chunk, (stream, payload) => {
      if (stream === 3)
        throw new CommandError(1, `error from daemon in stream: ${Buffer.from(payload).toString("utf8").trim()}`);
      if (stream === 2) out.writeError(payload);
      else out.write(payload);
    });
}
