import type { ExecInspect } from "#api/types/container.ts";
import type { ExecRecord } from "#engine/container/exec-store.ts";

/** GET /exec/{id}/json. */
export function execView({ id, containerId, request, status, pid, exitCode }: ExecRecord): ExecInspect {
  const [entrypoint = "", ...args] = request.command;
  return {
    ID: id,
    Running: status === "running",
    ExitCode: exitCode ?? null,
    ProcessConfig: {
      tty: request.tty,
      entrypoint,
      arguments: args,
      privileged: request.privileged,
      ...(request.user === "" ? {} : { user: request.user }),
    },
    OpenStdin: request.attachStdin,
    OpenStderr: request.attachStderr,
    OpenStdout: request.attachStdout,
    CanRemove: false,
    ContainerID: containerId,
    DetachKeys: request.detachKeys,
    Pid: pid,
  };
}
