import { EngineError } from "#base/errors/engine-error.ts";
import type { ContainerDeps } from "./container-deps.ts";
import { emptyNewName, renameFailed, sameName } from "./container-errors.ts";
import { publishContainer } from "./container-events.ts";
import { checkName, claimName } from "./create.ts";

/** Gives a container another name, running or not. Throws in docker's words. */
export async function renameContainer(
  deps: Pick<ContainerDeps, "containers" | "live" | "locks" | "networks" | "events">,
  ref: string,
  newName: string,
): Promise<void> {
  const { id } = deps.containers.get(ref);
  const name = newName.replace(/^\//, "");
  if (name === "") throw emptyNewName();
  await deps.locks.run(id, async () => {
    const record = deps.containers.get(id);
    if (record.name === name) throw sameName();
    try {
      checkName(name, `/${name}`);
      await claimName(deps, name, id);
    } catch (error) {
      throw error instanceof EngineError ? renameFailed(error) : error;
    }
    const renamed = { ...record, name };
    await deps.containers.save(renamed);
    deps.networks.rename(id, name);
    publishContainer(deps, renamed, "rename", { oldName: `/${record.name}` });
  });
}
