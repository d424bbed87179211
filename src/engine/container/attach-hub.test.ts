import { expect, test } from "bun:test";
import { FakeStreams } from "../../../test/support/fake-runtime-driver.ts";
import { type AttachClient, AttachHub, type AttachWishes } from "./attach-hub.ts";

const all: AttachWishes = { stdin: true, stdout: true, stderr: true, stdinOnce: false, detachKeys: [] };

/** A client as a test plays it. */
class PlayedClient implements AttachClient {
  got = "";
  isSlow = false;
  inputPaused = false;
  #input: ((chunk: Uint8Array) => void) | undefined;
  #inputEnd = () => {};
  #close = () => {};
  #drain = () => {};

  write(stream: 1 | 2, chunk: Uint8Array): boolean {
    this.got += `${stream}:${Buffer.from(chunk).toString()} `;
    return !this.isSlow;
  }
  onDrain(listener: () => void): void {
    this.#drain = listener;
  }
  onInput(listener: (chunk: Uint8Array) => void): void {
    this.#input = listener;
  }
  onInputEnd(listener: () => void): void {
    this.#inputEnd = listener;
  }
  pauseInput(): void {
    this.inputPaused = true;
  }
  resumeInput(): void {
    this.inputPaused = false;
  }
  onClose(listener: () => void): void {
    this.#close = listener;
  }
  get reads(): boolean {
    return this.#input !== undefined;
  }
  type(text: string): void {
    this.#input?.(Buffer.from(text));
  }
  endInput(): void {
    this.#inputEnd();
  }
  hangUp(): void {
    this.#close();
  }
  drain(): void {
    this.isSlow = false;
    this.#drain();
  }
}

test("a client that comes before the process misses nothing, and its input waits", async () => {
  const [hub, client, streams] = [new AttachHub(), new PlayedClient(), new FakeStreams()];
  const served = hub.join(client, all);
  expect(client.reads).toBe(false);
  hub.connect(streams);
  streams.emit(1, "out");
  streams.emit(2, "err");
  client.type("in");
  streams.end();
  expect(await served).toBe("ended");
  expect([client.got, streams.input]).toEqual(["1:out 2:err ", "in"]);
});

test("a client gets the streams it asked for only", () => {
  const [hub, client, streams] = [new AttachHub(), new PlayedClient(), new FakeStreams()];
  void hub.join(client, { ...all, stdout: false });
  hub.connect(streams);
  streams.emit(1, "out");
  streams.emit(2, "err");
  expect(client.got).toBe("2:err ");
});

test("the process waits for a slow client, and goes on when that client drains or goes", () => {
  const [hub, slow, quick, streams] = [new AttachHub(), new PlayedClient(), new PlayedClient(), new FakeStreams()];
  void hub.join(slow, all);
  void hub.join(quick, all);
  hub.connect(streams);
  slow.isSlow = true;
  streams.emit(1, "a");
  streams.emit(1, "b");
  expect([slow.got, quick.got, hub.isStalled]).toEqual(["1:a ", "1:a ", true]);
  slow.drain();
  expect([slow.got, quick.got]).toEqual(["1:a 1:b ", "1:a 1:b "]);
  slow.isSlow = true;
  streams.emit(1, "c");
  streams.emit(1, "d");
  slow.hangUp();
  expect([quick.got, hub.isStalled]).toEqual(["1:a 1:b 1:c 1:d ", false]);
});

test("the end of input closes the process's stdin when it is to be closed once, else the client is let go", async () => {
  const once = { ...all, stdinOnce: true };
  const [hub, client, streams] = [new AttachHub(), new PlayedClient(), new FakeStreams()];
  const served = hub.join(client, once);
  hub.connect(streams);
  client.type("x");
  client.endInput();
  await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(streams.stdinClosed).toBe(true);
  streams.emit(1, "still");
  expect(client.got).toBe("1:still ");
  streams.end();
  expect(await served).toBe("ended");

  const [hub2, client2, streams2] = [new AttachHub(), new PlayedClient(), new FakeStreams()];
  const served2 = hub2.join(client2, all);
  hub2.connect(streams2);
  client2.endInput();
  expect(await served2).toBe("ended");
  expect(streams2.stdinClosed).toBe(false);
});

test("the detach keys let go of the client, not of the process", async () => {
  const [hub, client, streams] = [new AttachHub(), new PlayedClient(), new FakeStreams()];
  const served = hub.join(client, { ...all, detachKeys: [16, 17] });
  hub.connect(streams);
  client.type("a\u0010\u0011b");
  expect(await served).toBe("detached");
  expect([streams.input, streams.stdinClosed]).toEqual(["a", false]);
});

test("with the last client the connection to the process goes, and the next one brings a new one", async () => {
  const [hub, client, streams] = [new AttachHub(), new PlayedClient(), new FakeStreams()];
  void hub.join(client, all);
  hub.connect(streams);
  client.hangUp();
  expect([streams.closed, hub.isConnected, hub.isWanted]).toEqual([true, false, false]);
  const [next, fresh] = [new PlayedClient(), new FakeStreams()];
  void hub.join(next, all);
  hub.connect(fresh);
  fresh.emit(1, "again");
  expect(next.got).toBe("1:again ");
});

test("a start that fails lets everybody go", async () => {
  const [hub, client] = [new AttachHub(), new PlayedClient()];
  const served = hub.join(client, all);
  hub.end();
  expect(await served).toBe("ended");
});
