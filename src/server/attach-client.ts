import type { AttachClient } from "#engine/container/attach-hub.ts";
import { encodeFrame } from "#formats/stdcopy/stdcopy.ts";
import type { HijackedConnection } from "#platform/http/hijacked-connection.ts";

/** A hijacked connection as the engine sees a client: output framed by stream, or bare for a terminal; input bare. */
export function attachClient(connection: HijackedConnection, { raw }: { raw: boolean }): AttachClient {
  return {
    write: (stream, chunk) => connection.write(raw ? chunk : encodeFrame(stream, chunk)),
    onDrain: (listener) => connection.onDrain(listener),
    onInput: (listener) => connection.onData(listener),
    onInputEnd: (listener) => connection.onEnd(listener),
    pauseInput: () => connection.pause(),
    resumeInput: () => connection.resume(),
    onClose: (listener) => connection.onClose(listener),
  };
}

/** The media type of a stream of frames, which clients of 1.42 and newer are told when they have asked for an upgrade. */
export const multiplexedStream = "application/vnd.docker.multiplexed-stream";
export const rawStream = "application/vnd.docker.raw-stream";
