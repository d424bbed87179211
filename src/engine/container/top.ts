import type { ContainerDeps } from "./container-deps.ts";
import { invalidOption, isRestarting, noPidField, notRunning } from "./container-errors.ts";
import { publishContainer } from "./container-events.ts";
import { hasProcess } from "./container-state.ts";

export interface ProcessTable {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The container's processes as the host's ps shows them; `psArgs` is split at spaces. */
export async function containerTop(
  deps: Pick<ContainerDeps, "containers" | "runtime" | "events" | "ps">,
  ref: string,
  psArgs: string,
): Promise<ProcessTable> {
  const record = deps.containers.get(ref);
  const { status } = record.state;
  if (status === "restarting") throw isRestarting(record.id);
  if (!hasProcess(status)) throw notRunning(record.id);
  const args = (psArgs || "-ef").split(/\s+/).filter((word) => word !== "");
  checkPsArgs(args);
  const text = await deps.ps(args);
  const table = parsePs(text, new Set(deps.runtime.pids(record.id).map(String)));
  publishContainer(deps, record, "top");
  return table;
}

/** A renamed PID column could not be found in the output. */
function checkPsArgs(args: readonly string[]): void {
  for (const arg of args)
    for (const match of arg.matchAll(/pid\s*=\s*([^,\s]*)/g))
      if (match[1] !== "" && match[1] !== "PID") throw invalidOption(`specifying "${match[0]}" is not allowed`);
}

/** Rows of these pids. The last column may hold spaces. */
export function parsePs(text: string, pids: ReadonlySet<string>): ProcessTable {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const titles = (lines[0] ?? "").trim().split(/\s+/);
  const pidColumn = titles.indexOf("PID");
  if (pidColumn === -1) throw noPidField();
  const rows = lines.slice(1).flatMap((line) => {
    const words = line.trim().split(/\s+/);
    if (!pids.has(words[pidColumn] ?? "")) return [];
    const last = words.slice(titles.length - 1).join(" ");
    return [[...words.slice(0, titles.length - 1), last]];
  });
  return { titles, rows };
}
