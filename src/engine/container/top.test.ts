import { expect, test } from "bun:test";
import { parsePs } from "./top.ts";

const ps = "UID   PID PPID CMD\nroot  10  1    sh -c 'a b'\nroot  11  10   sleep 5\nroot  99  1    other\n";

test("only the container's processes are shown, the command with its spaces", () => {
  expect(parsePs(ps, new Set(["10", "11"]))).toEqual({
    titles: ["UID", "PID", "PPID", "CMD"],
    rows: [
      ["root", "10", "1", "sh -c 'a b'"],
      ["root", "11", "10", "sleep 5"],
    ],
  });
});

test("output without a PID column is refused", () => {
  expect(() => parsePs("COMMAND\nsh\n", new Set())).toThrow("Couldn't find PID field in ps output");
});
