import type { DescriptorWriter } from "#platform/linux/descriptor-writer.ts";
import type { ProcessStreams } from "../runtime-driver.ts";
import { type OutputListener, OutputQueue } from "./output-queue.ts";

/** What delivers an exec's output: a pipe each for stdout and stderr, or the host's end of its terminal. */
interface Source {
  pause(): void;
  resume(): void;
  close(): void;
}

/** A process may leave others behind that hold its pipes; when they are silent this long after its end, so are we. */
const quietMs = 100;

/** The stdio of an exec. Its output is drained also when the client has gone, so that the process is not affected. */
export class ExecStreams implements ProcessStreams {
  readonly #output: OutputQueue;
  readonly #sources = new Set<Source>();
  #writer: DescriptorWriter | undefined;
  readonly #doubtful: 1 | 2;
  /** What came before it is known whether the program runs: it may be the runtime's words. */
  #withheld: Uint8Array[] | undefined = [];
  #isRefused = false;
  #hasSpoken = false;

  /** `doubtful` is the stream that the runtime complains on: stderr, or the terminal. */
  constructor(doubtful: 1 | 2) {
    this.#doubtful = doubtful;
    const each = (act: (source: Source) => void) => {
      for (const source of this.#sources) act(source);
    };
    this.#output = new OutputQueue({
      pause: () => each((source) => source.pause()),
      resume: () => each((source) => source.resume()),
    });
  }

  /** `make` begins to read and reports to the given listener. */
  addSource(stream: 1 | 2, make: (listener: { data: (chunk: Uint8Array) => void; end: () => void }) => Source): void {
    const source = make({
      data: (chunk) => this.#receive(stream, chunk),
      end: () => {
        this.#sources.delete(source);
        this.#endWhenDone();
      },
    });
    this.#sources.add(source);
  }

  setWriter(writer: DescriptorWriter): void {
    this.#writer = writer;
  }

  /** The program runs, so what came is its own; or it does not, then it was the runtime's and is dropped. */
  settleStart(started: boolean): void {
    const withheld = this.#withheld;
    if (!withheld) return;
    this.#withheld = undefined;
    this.#isRefused = !started;
    if (started) for (const chunk of withheld) this.#output.push(this.#doubtful, chunk);
    this.#endWhenDone();
  }

  /** The process has ended: ends the output when it has fallen silent, whoever still holds the pipes. */
  finish(): void {
    this.#writer?.close();
    this.#hasSpoken = false;
    const timer = setInterval(() => {
      if (this.#sources.size > 0 && (this.#hasSpoken || this.#output.isSourcePaused)) {
        this.#hasSpoken = false;
        return;
      }
      clearInterval(timer);
      // Each takes itself out of the set; that is allowed while we walk through it.
      for (const source of this.#sources) source.close();
    }, quietMs);
    this.#endWhenDone();
  }

  onOutput(listener: OutputListener): void {
    this.#output.onOutput(listener);
  }

  onEnd(listener: () => void): void {
    this.#output.onEnd(listener);
  }

  pause(): void {
    this.#output.pause();
  }

  resume(): void {
    this.#output.resume();
  }

  async write(chunk: Uint8Array): Promise<boolean> {
    return (await this.#writer?.write(chunk)) ?? false;
  }

  closeStdin(): void {
    this.#writer?.end();
    this.#writer = undefined;
  }

  close(): void {
    this.#output.discard();
    this.closeStdin();
  }

  #receive(stream: 1 | 2, chunk: Uint8Array): void {
    this.#hasSpoken = true;
    if (stream !== this.#doubtful) this.#output.push(stream, chunk);
    else if (this.#withheld) this.#withheld.push(chunk);
    else if (!this.#isRefused) this.#output.push(stream, chunk);
  }

  #endWhenDone(): void {
    if (this.#sources.size === 0 && !this.#withheld) this.#output.end();
  }
}
