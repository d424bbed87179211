import { execApi } from "#api/exec.ts";
import type { ExecCreate } from "#api/types/container.ts";
import type { ContainerService } from "#engine/container/container-service.ts";
import type { ExecRequest } from "#engine/container/exec-store.ts";
import { attachClient } from "../attach-client.ts";
import { reply } from "../reply.ts";
import { type Answer, router } from "../route-table.ts";
import { execView } from "../views/exec.ts";
import { streamType, terminalSize } from "./container.ts";

export function execRouter(containers: ContainerService): Answer[] {
  return router(execApi, {
    create: ({ path, body }) => reply(201, { Id: containers.createExec(path.id, execRequest(body)).id }),
    start: async ({ path, body, version, headers, upgrade }) => {
      const size = sizeOf(body.ConsoleSize);
      if (body.Detach) {
        await containers.startExec(path.id, { terminalSize: size, open: undefined });
        return reply(200);
      }
      const { tty } = containers.inspectExec(path.id).request;
      const open = () => attachClient(upgrade(streamType(tty, version, headers)), { raw: tty });
      await containers.startExec(path.id, { terminalSize: size, open });
      return undefined;
    },
    resize: async ({ path, query }) => {
      await containers.resizeExec(path.id, terminalSize(query));
      return reply(200);
    },
    inspect: ({ path }) => reply(200, execView(containers.inspectExec(path.id))),
  });
}

function execRequest(body: ExecCreate): ExecRequest {
  return {
    command: body.Cmd ?? [],
    env: body.Env ?? [],
    user: body.User ?? "",
    workingDir: body.WorkingDir ?? "",
    tty: body.Tty ?? false,
    privileged: body.Privileged ?? false,
    attachStdin: body.AttachStdin ?? false,
    attachStdout: body.AttachStdout ?? false,
    attachStderr: body.AttachStderr ?? false,
    detachKeys: body.DetachKeys ?? "",
    terminalSize: sizeOf(body.ConsoleSize),
  };
}

/** Height and width; a size of nothing is none. */
function sizeOf(size: readonly number[] | undefined): { rows: number; columns: number } | undefined {
  const [rows = 0, columns = 0] = size ?? [];
  return rows > 0 && columns > 0 ? { rows, columns } : undefined;
}
