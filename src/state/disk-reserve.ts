import { existsSync, rmSync, writeFileSync } from "node:fs";

/** Room for some hundred small transactions in the write-ahead log. */
const reserveBytes = 2 * 1024 * 1024;

/** A file that only takes up room, so that there is some to give when the disk is full. */
export class DiskReserve {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes the room, when it is not taken and there is enough. */
  refill(): void {
    if (existsSync(this.#path)) return;
    try {
      writeFileSync(this.#path, Buffer.alloc(reserveBytes, 0x77), { mode: 0o600 });
    } catch {
      rmSync(this.#path, { force: true });
    }
  }

  /** Gives the room back to the file system; false when it was given already. */
  release(): boolean {
    if (!existsSync(this.#path)) return false;
    rmSync(this.#path);
    return true;
  }
}
