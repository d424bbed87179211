import type { ContainerState } from "#engine/container/container-record.ts";
import { humanDuration } from "#formats/human-duration/human-duration.ts";

/** The STATUS column of `ps`: "Up 3 minutes (Paused)", "Exited (1) 2 hours ago", "Created". `now` in milliseconds. */
export function statusText(state: ContainerState, now: number): string {
  const since = (time: string) => humanDuration((now - Date.parse(time)) / 1000);
  switch (state.status) {
    case "running":
      return `Up ${since(state.startedAt)}`;
    case "paused":
      return `Up ${since(state.startedAt)} (Paused)`;
    case "restarting":
      return `Restarting (${state.exitCode}) ${since(state.finishedAt)} ago`;
    case "removing":
      return "Removal In Progress";
    case "dead":
      return "Dead";
    case "created":
      return "Created";
    case "exited":
      return `Exited (${state.exitCode}) ${since(state.finishedAt)} ago`;
  }
}
