import { expect, test } from "bun:test";
import { Logger } from "./logger.ts";

const capture = (options: { format: "text" | "json"; coloured?: boolean }) => {
  const lines: string[] = [];
  const logger = new Logger({ level: "info", coloured: false, write: (line) => lines.push(line), ...options });
  return { lines, logger };
};

test("a text line has time, level, a quoted message and its fields sorted and quoted only when needed", () => {
  const { lines, logger } = capture({ format: "text" });
  logger.warn("it is late", { version: "1.2.3", driver: "overlay 2" });
  expect(lines.join("")).toMatch(
    /^time="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z" level=warning msg="it is late" driver="overlay 2" version=1\.2\.3\n$/,
  );
});

test("lines below the level are dropped until the level is lowered", () => {
  const { lines, logger } = capture({ format: "json" });
  logger.debug("one");
  logger.setLevel("debug");
  logger.debug("two", { n: 2 });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: "debug", msg: "two", n: 2, time: expect.stringMatching(/Z$/) },
  ]);
});
