/** What docker's clients send when the user has configured nothing: ctrl-p, ctrl-q. */
export const defaultDetachKeys: readonly number[] = [16, 17];

/** Reads "ctrl-p,ctrl-q" or "a,b": single characters and ctrl-<a–z @ [ \ ] ^ _>. Undefined for anything else. */
export function parseDetachKeys(text: string): readonly number[] | undefined {
  const keys = text.split(",").map(keyCode);
  return keys.every((key) => key !== undefined) ? keys : undefined;
}

function keyCode(key: string): number | undefined {
  if (Buffer.byteLength(key) === 1) return key.charCodeAt(0);
  const match = /^ctrl-([a-z@[\\\]^_])$/.exec(key);
  if (!match) return undefined;
  return match[1]!.toUpperCase().charCodeAt(0) & 0x1f;
}

/** Watches a user's input for the detach sequence. What might become the sequence is held back until it is decided. */
export class DetachWatcher {
  readonly #keys: readonly number[];
  #matched = 0;

  constructor(keys: readonly number[]) {
    this.#keys = keys;
  }

  /** The bytes to hand on, and whether the sequence is complete; what follows it is dropped. */
  push(chunk: Uint8Array): { readonly forward: Uint8Array; readonly detached: boolean } {
    if (this.#keys.length === 0) return { forward: chunk, detached: false };
    const forward: number[] = [];
    for (const byte of chunk) {
      if (byte === this.#keys[this.#matched]) {
        this.#matched += 1;
        if (this.#matched === this.#keys.length) return { forward: Uint8Array.from(forward), detached: true };
        continue;
      }
      forward.push(...this.#keys.slice(0, this.#matched));
      // The byte that broke the sequence may begin it anew.
      this.#matched = byte === this.#keys[0] ? 1 : 0;
      if (this.#matched === 0) forward.push(byte);
      if (this.#matched === this.#keys.length) return { forward: Uint8Array.from(forward), detached: true };
    }
    return { forward: Uint8Array.from(forward), detached: false };
  }
}
