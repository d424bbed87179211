import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { OciSeccomp } from "./oci-spec.ts";
import type { RuntimeBinary } from "./runtime-binary.ts";

/** Enough for every profile in use; a client that sends ever new ones gets them compiled each time. */
const mostFilters = 64;

/**
 * Compiled filters by profile. crun spends several milliseconds a start on compiling one; the first container leaves its
 * filter in the runtime's state folder, from where later ones are given it. Only for crun, and only for profiles
 * without flags and listeners, which a filter's bytes do not carry.
 */
export class SeccompFilters {
  readonly #filters = new Map<string, string>();

  /** The key of a profile in this runtime; undefined when its filter cannot be handed on. */
  keyOf(profile: OciSeccomp | undefined, runtime: RuntimeBinary): string | undefined {
    if (!profile || runtime.kind !== "crun" || profile.flags?.length || profile.listenerPath) return undefined;
    return `${runtime.version}\n${JSON.stringify(profile)}`;
  }

  /** Base64 of the filter, when one was harvested. */
  get(key: string): string | undefined {
    return this.#filters.get(key);
  }

  /** Keeps the filter that the runtime has compiled for the container in `stateFolder`. */
  harvest(key: string, stateFolder: string): void {
    if (this.#filters.has(key) || this.#filters.size >= mostFilters) return;
    let filter: Buffer;
    try {
      filter = readFileSync(join(stateFolder, "seccomp.bpf"));
    } catch {
      return;
    }
    const isProgram = filter.length > 0 && filter.length % instructionBytes === 0;
    if (isProgram) this.#filters.set(key, filter.toString("base64"));
  }
}
const instructionBytes = 8;
