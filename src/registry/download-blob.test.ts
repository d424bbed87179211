import { expect, test } from "bun:test";
import type { Descriptor } from "#formats/manifest/manifest.ts";
import { downloadBlob, type OpenBlob } from "./download-blob.ts";

const content = Buffer.from("0123456789");
const descriptor: Descriptor = { mediaType: "", digest: `sha256:${"a".repeat(64)}`, size: content.length };
const retry = { maxFailures: 2, delayMilliseconds: () => 0 };
const url = new URL("http://registry/blob");
const forever = new AbortController().signal;

/** A body of these pieces that then ends, or breaks. */
function body(pieces: readonly Uint8Array[], isBroken = false): ReadableStream<Uint8Array> {
  const rest = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const piece = rest.shift();
      if (piece) controller.enqueue(piece);
      else if (isBroken) controller.error(Object.assign(new Error("broken"), { code: "ECONNRESET" }));
      else controller.close();
    },
  });
}

const partial = (offset: number, pieces: readonly Uint8Array[], isBroken = false) =>
  new Response(body(pieces, isBroken), { status: 206, headers: { "content-range": `bytes ${offset}-9/10` } });

async function download(
  answers: (offset: number) => Response,
  signal = forever,
): Promise<{ text: string; offsets: number[] }> {
  const offsets: number[] = [];
  const open: OpenBlob = async (offset) => {
    offsets.push(offset);
    return { response: answers(offset), url };
  };
  let text = "";
  for await (const chunk of downloadBlob(descriptor, open, signal, retry)) text += Buffer.from(chunk).toString();
  return { text, offsets };
}

const failureOf = async (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

test("a body that comes whole is asked for once", async () => {
  const answer = await download(() => new Response(body([content.subarray(0, 4), content.subarray(4)])));
  expect(answer).toEqual({ text: "0123456789", offsets: [0] });
});

test("after a break the rest is asked for", async () => {
  const answer = await download((offset) =>
    offset === 0 ? new Response(body([content.subarray(0, 4)], true)) : partial(offset, [content.subarray(offset)]),
  );
  expect(answer).toEqual({ text: "0123456789", offsets: [0, 4] });
});

test("a body that ends too early counts as broken", async () => {
  const answer = await download((offset) =>
    offset === 0 ? new Response(body([content.subarray(0, 9)])) : partial(offset, [content.subarray(offset)]),
  );
  expect(answer.text).toBe("0123456789");
});

test("a server that sends all again is listened to from where we were", async () => {
  let asked = 0;
  const answer = await download(() =>
    asked++ === 0
      ? new Response(body([content.subarray(0, 4)], true))
      : new Response(body([content.subarray(0, 3), content.subarray(3, 6), content.subarray(6)])),
  );
  expect(answer.text).toBe("0123456789");
});

test("another part than was asked for is refused", async () => {
  const failure = await failureOf(
    download((offset) => (offset === 0 ? new Response(body([content.subarray(0, 4)], true)) : partial(2, [content]))),
  );
  expect(failure).toMatchObject({ failure: "corrupt" });
});

test("more than was promised is refused at once", async () => {
  const failure = await failureOf(download(() => new Response(body([content, content]))));
  expect(failure).toMatchObject({ failure: "corrupt" });
});

test("breaks without progress are given up", async () => {
  let asked = 0;
  const failure = await failureOf(
    download(() => {
      asked++;
      return new Response(body([], true));
    }),
  );
  expect(failure).toMatchObject({ failure: "unreachable", message: 'Get "http://registry/blob": EOF' });
  expect(asked).toBe(3);
});

test("an abort ends it with its reason, also while it waits", async () => {
  const controller = new AbortController();
  const failure = await failureOf(
    download(() => {
      controller.abort(new Error("enough"));
      return new Response(body([], true));
    }, controller.signal),
  );
  expect(failure).toEqual(new Error("enough"));
});

test("an empty blob is empty", async () => {
  const open: OpenBlob = async () => ({ response: new Response(body([])), url });
  const chunks: Uint8Array[] = [];
  for await (const chunk of downloadBlob({ ...descriptor, size: 0 }, open, forever, retry)) chunks.push(chunk);
  expect(chunks).toEqual([]);
});
