import { expect, test } from "bun:test";
import { showProgress } from "./progress.ts";

async function* cut(text: string, size: number) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const show = async (records: readonly object[], isTerminal: boolean, columns = 80) => {
  let shown = "";
  const view = { write: (text: string) => (shown += text), isTerminal, columns };
  await showProgress(cut(records.map((record) => `${JSON.stringify(record)}\r\n`).join(""), 7), view);
  return shown;
};

test("without a terminal statuses are lines and counts are left out", async () => {
  const shown = await show(
    [
      { status: "Pulling from library/x", id: "latest" },
      { status: "Downloading", id: "abc", progressDetail: { current: 1, total: 2 } },
      { status: "Pull complete", id: "abc", progressDetail: {} },
      { status: "Status: done" },
    ],
    false,
  );
  expect(shown).toBe("latest: Pulling from library/x\nabc: Pull complete\nStatus: done\n");
});

test("on a terminal each id keeps its line, with a bar when there is room", async () => {
  const records = [
    { status: "Waiting", id: "a", progressDetail: {} },
    { status: "Downloading", id: "b", progressDetail: { current: 500, total: 1000 } },
    { status: "Done", id: "a", progressDetail: {} },
  ];
  const shown = await show(records, true, 120);
  expect(shown).toContain(`b: Downloading [${"=".repeat(25)}>${" ".repeat(25)}]     500B/1kB`);
  expect(shown.endsWith("\x1b[2A\x1b[2K\ra: Done \r\x1b[2B")).toBe(true);
});

test("an error in the stream is thrown", async () => {
  expect(show([{ errorDetail: { message: "no space" }, error: "no space" }], false)).rejects.toThrow("no space");
});
