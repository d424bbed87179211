import { expect, test } from "bun:test";
import { inheritedSockets } from "./inherited-sockets.ts";

test("sockets are counted from descriptor 3, with their names", () => {
  const environment = { LISTEN_PID: "7", LISTEN_FDS: "2", LISTEN_FDNAMES: "api", OTHER: "x" };
  expect(inheritedSockets(environment, 7)).toEqual([
    { fd: 3, name: "api" },
    { fd: 4, name: "" },
  ]);
  expect(environment as Record<string, string>).toEqual({ OTHER: "x" });
});

test("sockets for another process, or none, are not ours", () => {
  expect(inheritedSockets({ LISTEN_PID: "8", LISTEN_FDS: "2" }, 7)).toEqual([]);
  expect(inheritedSockets({ LISTEN_PID: "7", LISTEN_FDS: "many" }, 7)).toEqual([]);
  expect(inheritedSockets({}, 7)).toEqual([]);
});
