import { expect, test } from "bun:test";
import { initialState } from "#engine/container/container-record.ts";
import { statusText } from "./status-text.ts";

const now = Date.parse("2026-01-01T01:00:00Z");
const ran = { ...initialState, startedAt: "2026-01-01T00:00:00Z", finishedAt: "2026-01-01T00:59:57Z", exitCode: 3 };

test.each([
  ["created", "Created"],
  ["running", "Up About an hour"],
  ["paused", "Up About an hour (Paused)"],
  ["exited", "Exited (3) 3 seconds ago"],
  ["restarting", "Restarting (3) 3 seconds ago"],
  ["removing", "Removal In Progress"],
  ["dead", "Dead"],
] as const)("a container that is %s shows %p", (status, text) => {
  expect(statusText({ ...ran, status }, now)).toBe(text);
});
