import type { ByteSource } from "#platform/http/client-connection.ts";

/** The records of a stream of JSON, one a line (progress, events). */
export async function* readJsonStream<T>(source: ByteSource): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of source) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) if (line.trim() !== "") yield JSON.parse(line) as T;
  }
  if (rest.trim() !== "") yield JSON.parse(rest) as T;
}
