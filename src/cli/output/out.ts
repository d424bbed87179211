import process from "node:process";

/** Where a command writes. Everything is written at once and in order, so that nothing is lost when the process ends. */
export interface Out {
  readonly inputIsTerminal: boolean;
  readonly isTerminal: boolean;
  readonly errorIsTerminal: boolean;
  /** Width of the terminal in cells; 0 when there is none. */
  readonly columns: number;
  readonly line: (text: string) => void;
  /** A line that is all there is to say, written without loading anything. */
  readonly onlyLine: (text: string) => void;
  readonly write: (data: string | Uint8Array) => void;
  readonly error: (text: string) => void;
  readonly writeError: (data: string | Uint8Array) => void;
}

// node:fs is loaded with the first write: it would cost `--version`, which needs nothing, a fifth of its time.
const writeSync = (fd: number, bytes: Buffer) => process.getBuiltinModule("node:fs").writeSync(fd, bytes);

/** A full pipe (EAGAIN) is waited for: its reader is a person or a program that will read on. */
function writeAll(fd: number, data: string | Uint8Array): void {
  let rest = typeof data === "string" ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      // The reader has gone (head, less): end as a program does that SIGPIPE kills.
      else if (code === "EPIPE") process.exit(128 + 13);
      else throw error;
    }
  }
}

export function processOut(): Out {
  return {
    get inputIsTerminal() {
      return process.stdin.isTTY;
    },
    get isTerminal() {
      return process.stdout.isTTY;
    },
    get errorIsTerminal() {
      return process.stderr.isTTY;
    },
    get columns() {
      return process.stdout.columns ?? 0;
    },
    line: (text) => writeAll(1, `${text}\n`),
    // oxlint-disable-next-line no-console -- the only way to write that needs no module
    onlyLine: (text) => console.log(text),
    write: (data) => writeAll(1, data),
    error: (text) => writeAll(2, `${text}\n`),
    writeError: (data) => writeAll(2, data),
  };
}
