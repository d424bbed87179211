import { RegistryError } from "./registry-service.ts";

/** The whole of an answer. Throws RegistryError `corrupt` when it is larger than `maxBytes`: memory is not the server's to fill. */
export async function readAll(response: Response, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw new RegistryError("corrupt", `registry sent more than ${maxBytes} bytes`);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
