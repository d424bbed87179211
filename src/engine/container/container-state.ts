/** Where a container stands, in docker's words. */
export type Status = "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";

/**
 * What can happen to it. `exit` is the end of its process; `backoff` is such an end when the restart policy will start it
 * again after a while; `giveUp` ends that wait; `failRemoval` leaves it to be removed again.
 */
export type Move = "start" | "exit" | "backoff" | "giveUp" | "pause" | "unpause" | "remove" | "failRemoval";

/** The whole life in one table; a move not written here cannot happen. */
const moves: Readonly<Record<Status, Readonly<Partial<Record<Move, Status>>>>> = {
  created: { start: "running", remove: "removing" },
  running: { exit: "exited", backoff: "restarting", pause: "paused" },
  paused: { exit: "exited", backoff: "restarting", unpause: "running" },
  restarting: { start: "running", giveUp: "exited" },
  exited: { start: "running", remove: "removing" },
  removing: { failRemoval: "dead" },
  dead: { remove: "removing" },
};

export const canMove = (status: Status, move: Move): boolean => moves[status][move] !== undefined;

/** The status after a move. A move that cannot happen is a bug of the caller's. */
export function nextStatus(status: Status, move: Move): Status {
  const next = moves[status][move];
  if (next === undefined) throw new Error(`a container that is ${status} cannot ${move}`);
  return next;
}

/** Has it a process, or will it have one again by itself? docker counts all of these as running. */
export const isActive = (status: Status): boolean =>
  status === "running" || status === "paused" || status === "restarting";

/** Has it a process now? */
export const hasProcess = (status: Status): boolean => status === "running" || status === "paused";

export const statuses: readonly Status[] = Object.keys(moves) as Status[];
