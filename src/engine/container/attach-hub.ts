import type { ProcessStreams } from "#drivers/runtime/runtime-driver.ts";
import { DetachWatcher } from "#formats/detach-keys/detach-keys.ts";

/** The client's end of an attach, whatever protocol it speaks. */
export interface AttachClient {
  /** Output of the process; false when the client is slow: more only after `onDrain`. */
  write(stream: 1 | 2, chunk: Uint8Array): boolean;
  onDrain(listener: () => void): void;
  /** Input; reading begins with this call. Called once at most. */
  onInput(listener: (chunk: Uint8Array) => void): void;
  /** The client will send no more. */
  onInputEnd(listener: () => void): void;
  pauseInput(): void;
  resumeInput(): void;
  /** The connection is gone. */
  onClose(listener: () => void): void;
}

export interface AttachWishes {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** The process's stdin ends with this client's. */
  readonly stdinOnce: boolean;
  /** Bytes of the detach sequence; empty for none. */
  readonly detachKeys: readonly number[];
}

export type AttachEnd = "ended" | "detached";

interface Member {
  readonly client: AttachClient;
  readonly wishes: AttachWishes;
  readonly leave: (end: AttachEnd) => void;
}

/**
 * Joins the clients of a container to its stdio. Clients may come before the process: they wait here, their input unread.
 * One connection to the process serves all; it is made when there is somebody for it and let go with the last. The
 * process waits for the slowest client, as it would for a terminal.
 */
export class AttachHub {
  readonly #members = new Set<Member>();
  readonly #slow = new Set<Member>();
  #streams: ProcessStreams | undefined;
  #ended = Promise.withResolvers<void>();

  get isWanted(): boolean {
    return this.#members.size > 0;
  }

  get isConnected(): boolean {
    return this.#streams !== undefined;
  }

  /** Resolves when all output of the connected process has been handed on; at once when none is connected. */
  whenEnded(): Promise<void> {
    return this.#streams ? this.#ended.promise : Promise.resolve();
  }

  /** Some client has not taken what it was sent. */
  get isStalled(): boolean {
    return this.#slow.size > 0;
  }

  /** Takes the streams of a process that is about to start, or runs. */
  connect(streams: ProcessStreams): void {
    this.#streams?.close();
    this.#streams = streams;
    this.#ended = Promise.withResolvers<void>();
    streams.onOutput((stream, chunk) => this.#deliver(stream, chunk));
    streams.onEnd(() => {
      if (this.#streams === streams) this.end();
    });
    for (const member of this.#members) this.#pumpInput(member);
  }

  /** The process is over, or did not start: everybody is let go. */
  end(): void {
    this.#streams?.close();
    this.#streams = undefined;
    this.#ended.resolve();
    for (const member of this.#members) member.leave("ended");
  }

  /** Resolves when the client has been served: the process's output is over, or the client detached or went away. */
  join(client: AttachClient, wishes: AttachWishes): Promise<AttachEnd> {
    const { promise, resolve } = Promise.withResolvers<AttachEnd>();
    const member: Member = {
      client,
      wishes,
      leave: (end) => {
        if (!this.#members.delete(member)) return;
        this.#forgive(member);
        if (this.#members.size === 0) this.#letGo();
        resolve(end);
      },
    };
    this.#members.add(member);
    client.onDrain(() => this.#forgive(member));
    client.onClose(() => {
      if (wishes.stdin && wishes.stdinOnce && this.#members.has(member)) this.#streams?.closeStdin();
      member.leave("ended");
    });
    if (this.#streams) this.#pumpInput(member);
    return promise;
  }

  #deliver(stream: 1 | 2, chunk: Uint8Array): void {
    for (const member of this.#members) {
      if (!(stream === 1 ? member.wishes.stdout : member.wishes.stderr)) continue;
      if (member.client.write(stream, chunk) || !this.#members.has(member)) continue;
      this.#slow.add(member);
      this.#streams?.pause();
    }
  }

  #forgive(member: Member): void {
    if (this.#slow.delete(member) && this.#slow.size === 0) this.#streams?.resume();
  }

  #letGo(): void {
    this.#streams?.close();
    this.#streams = undefined;
    this.#ended.resolve();
  }

  #pumpInput({ client, wishes, leave }: Member): void {
    if (!wishes.stdin) return;
    const streams = this.#streams!;
    const watcher = new DetachWatcher(wishes.detachKeys);
    let last: Promise<unknown> = Promise.resolve();
    client.onInput((chunk) => {
      const { forward, detached } = watcher.push(chunk);
      if (forward.length > 0) {
        client.pauseInput();
        last = streams.write(forward).then(
          () => client.resumeInput(),
          () => leave("ended"),
        );
      }
      if (detached) leave("detached");
    });
    client.onInputEnd(() => {
      void last.then(() => {
        if (wishes.stdinOnce) streams.closeStdin();
        else leave("ended");
      });
    });
  }
}
