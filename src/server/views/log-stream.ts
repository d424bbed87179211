import type { ContainerLogBatch } from "#engine/container/logs.ts";
import { frameHeaderBytes, writeFrameHeader } from "#formats/stdcopy/stdcopy.ts";

export interface LogForm {
  /** Bare lines, without frames: the log of a terminal. */
  readonly raw: boolean;
  readonly timestamps: boolean;
  /** What `details` puts before each line; undefined without it. */
  readonly details: string | undefined;
}

/** Lines as `logs` sends them: each framed with its stream's number, with its time and details before it when asked for. */
export function encodeLogBatch(batch: ContainerLogBatch, { raw, timestamps, details }: LogForm): Uint8Array {
  const prefixes = batch.map(({ time }) =>
    timestamps || details !== undefined
      ? `${timestamps ? `${time} ` : ""}${details === undefined ? "" : `${details} `}`
      : "",
  );
  const header = raw ? 0 : frameHeaderBytes;
  let length = 0;
  for (const [index, { data }] of batch.entries()) length += header + Buffer.byteLength(prefixes[index]!) + data.length;
  const encoded = Buffer.allocUnsafe(length);
  let at = 0;
  for (const [index, { stream, data }] of batch.entries()) {
    const prefix = prefixes[index]!;
    if (!raw) writeFrameHeader(encoded, at, stream, Buffer.byteLength(prefix) + data.length);
    at += header;
    if (prefix !== "") at += encoded.write(prefix, at);
    encoded.set(data, at);
    at += data.length;
  }
  return encoded;
}
