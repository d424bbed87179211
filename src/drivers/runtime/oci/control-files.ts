import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bytesInFifo, writeToFifo } from "#platform/linux/fifo.ts";
import type { TerminalSize } from "../runtime-driver.ts";

const lookMs = 1;
const patienceMs = 5000;

/**
 * conmon's two FIFOs. It takes all that lies in one at once and, when that is two messages, acts on the first one twice;
 * so each message waits until the one before it is taken.
 */
export class ControlFiles {
  readonly #bundle: string;
  #last: Promise<unknown> = Promise.resolve();
  #nextSize: TerminalSize | undefined;

  constructor(bundle: string) {
    this.#bundle = bundle;
  }

  /** Of several sizes in a row only the last need arrive. */
  async resize(size: TerminalSize): Promise<void> {
    this.#nextSize = size;
    await this.#inOrder(async () => {
      const latest = this.#nextSize;
      if (!latest) return;
      this.#nextSize = undefined;
      await this.#send("winsz", `${latest.rows} ${latest.columns}\n`);
    });
  }

  /** Asks for a new log file; resolves when the monitor has read that. */
  async reopenLog(): Promise<void> {
    await this.#inOrder(async () => {
      await this.#send("ctl", "2 0 0\n");
      await this.#taken("ctl");
    });
  }

  async #send(name: string, message: string): Promise<void> {
    await this.#taken(name);
    writeToFifo(join(this.#bundle, name), message);
  }

  async #taken(name: string): Promise<void> {
    const until = Date.now() + patienceMs;
    while (bytesInFifo(join(this.#bundle, name)) > 0) {
      if (Date.now() > until) throw new Error(`the monitor has not read ${name} for ${patienceMs} ms`);
      await sleep(lookMs);
    }
  }

  #inOrder(work: () => Promise<void>): Promise<void> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}
