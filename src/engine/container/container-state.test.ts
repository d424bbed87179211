import { expect, test } from "bun:test";
import { canMove, isActive, type Move, nextStatus, statuses } from "./container-state.ts";

const moves: readonly Move[] = ["start", "exit", "backoff", "giveUp", "pause", "unpause", "remove", "failRemoval"];

test("every status but running ones can come to be removed, and removal cannot be undone by a start", () => {
  expect(statuses.filter((status) => canMove(status, "remove"))).toEqual(["created", "exited", "dead"]);
  expect(canMove("removing", "start")).toBe(false);
  expect(canMove("dead", "start")).toBe(false);
});

test("what is active ends by an exit or by giving up", () => {
  for (const status of statuses) expect(canMove(status, "exit") || canMove(status, "giveUp")).toBe(isActive(status));
});

test("no move leads to a status that the table does not know", () => {
  for (const status of statuses)
    for (const move of moves) if (canMove(status, move)) expect(statuses).toContain(nextStatus(status, move));
});

test("a move that is not in the table is an error", () => {
  expect(() => nextStatus("created", "pause")).toThrow("a container that is created cannot pause");
});
