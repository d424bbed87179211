import type { LogBatch, LogReadOptions } from "#drivers/log/log-driver.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { logsNotReadable, noStreamChosen } from "./container-errors.ts";
import type { ContainerRecord } from "./container-record.ts";
import { isActive } from "./container-state.ts";
import { logDetails, logDriverOf } from "./log-options.ts";

/** Lines as the log driver has them, for those who send them on. */
export type ContainerLogBatch = LogBatch;

export type LogRequest = Omit<LogReadOptions, "ended">;

export interface ContainerLog {
  readonly tty: boolean;
  /** Labels and variables that the log options name, as "k=v,k=v". */
  readonly details: string;
  readonly batches: AsyncIterable<ContainerLogBatch>;
}

type Needs = Pick<ContainerDeps, "containers" | "live" | "logDrivers" | "dataRoot">;

/** What a container has written, and with `follow` what it writes until it ends. Throws in docker's words. */
export function containerLogs(
  deps: Needs & Pick<ContainerDeps, "defaults">,
  ref: string,
  request: LogRequest,
): ContainerLog {
  if (!request.stdout && !request.stderr) throw noStreamChosen();
  const record = deps.containers.get(ref);
  const batches = readLogs(deps, record, request);
  if (!batches) throw logsNotReadable();
  return { tty: record.config.Tty ?? false, details: logDetails(record, deps.defaults), batches };
}

/** Undefined when the log cannot be read. */
export function readLogs(
  deps: Needs,
  record: ContainerRecord,
  request: LogRequest,
): AsyncIterable<LogBatch> | undefined {
  const driver = logDriverOf(record, deps.logDrivers);
  if (!driver?.readable) return undefined;
  const { id } = record;
  const ended = () => {
    const status = deps.containers.byId(id)?.state.status;
    return status === undefined || !isActive(status);
  };
  return driver.read(deps.dataRoot.containerLog(id), { ...request, ended });
}
