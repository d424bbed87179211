import { connect, type NetConnectOpts, type Socket } from "node:net";

/** A client's socket for tests that need to send exactly these bytes, at this moment. */
export class RawConnection {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  #ended = false;
  #changed = Promise.withResolvers<void>();

  constructor(socket: Socket) {
    this.socket = socket;
    const changed = () => {
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    };
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      changed();
    });
    for (const event of ["end", "close"])
      socket.on(event, () => {
        this.#ended = true;
        changed();
      });
    socket.on("error", () => undefined);
  }

  static async open(options: NetConnectOpts): Promise<RawConnection> {
    const socket = connect({ allowHalfOpen: true, ...options } as NetConnectOpts);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", () => resolve());
      socket.once("error", reject);
    });
    return new RawConnection(socket);
  }

  /** All that has come so far. */
  get text(): string {
    return this.#received.toString("latin1");
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** Waits until what has come contains `wanted`; throws with what came when it does not. */
  async until(wanted: string, withinMilliseconds = 2000): Promise<string> {
    const deadline = Date.now() + withinMilliseconds;
    while (!this.text.includes(wanted)) {
      const left = deadline - Date.now();
      if (left <= 0 || this.#ended) throw new Error(`no ${JSON.stringify(wanted)} in ${JSON.stringify(this.text)}`);
      await Promise.race([this.#changed.promise, new Promise((resolve) => setTimeout(resolve, left))]);
    }
    return this.text;
  }

  /** Waits for the server's end of the connection and returns all that came. */
  async untilEnd(withinMilliseconds = 3000): Promise<string> {
    const deadline = Date.now() + withinMilliseconds;
    while (!this.#ended) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`still open after ${JSON.stringify(this.text)}`);
      await Promise.race([this.#changed.promise, new Promise((resolve) => setTimeout(resolve, left))]);
    }
    return this.text;
  }

  close(): void {
    this.socket.destroy();
  }
}
