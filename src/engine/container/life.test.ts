import { afterEach, expect, test } from "bun:test";
import { containerWorld, removeMachines } from "../../../test/support/container-world.ts";
import { killContainer } from "./kill.ts";
import { pauseContainer, unpauseContainer } from "./pause.ts";
import { removeContainer } from "./remove.ts";
import { renameContainer } from "./rename.ts";
import { restartContainer } from "./restart.ts";
import { startContainer } from "./start.ts";
import { stopContainer } from "./stop.ts";
import { waitForContainer } from "./wait.ts";

afterEach(removeMachines);
const gently = { force: false, volumes: false };
const byForce = { force: true, volumes: false };

test("a run costs one commit to create, one to start and one to end", async () => {
  const world = await containerWorld();
  const before = world.containers.commits;
  await world.run("web", { host: { AutoRemove: true } });
  await world.exit("web");
  expect(world.containers.commits - before).toBe(3);
});

test("the runtime hears of a process as early as at its creation", async () => {
  const world = await containerWorld();
  await world.create("web");
  expect([world.runtime.expected, world.runtime.calls]).toEqual([1, []]);
  await startContainer(world, "web");
  expect(world.runtime.expected).toBe(2);
});

test("what happens is told in docker's order", async () => {
  const world = await containerWorld();
  await world.run("web");
  await world.exit("web", 3);
  await removeContainer(world, "web", gently);
  expect(world.told).toEqual(["create web", "start web", "die web", "destroy web"]);
});

test("an ended container has given everything back", async () => {
  const world = await containerWorld();
  const id = await world.run("web", { host: { PortBindings: { "80/tcp": [{ HostPort: "8080" }] } } });
  expect(world.machine.host.forwards.size).toBe(1);
  await world.exit("web", 3);
  expect(world.record("web").state).toMatchObject({ status: "exited", exitCode: 3, pid: 0 });
  expect(world.record("web").endpoint).toBeUndefined();
  expect([world.machine.host.forwards.size, world.machine.host.sandboxes.size]).toEqual([0, 0]);
  expect([world.storage.isMounted(id), world.runtime.status(id)]).toEqual([false, "gone"]);
});

test("a running container is not started again, a paused one is refused", async () => {
  const world = await containerWorld();
  await world.run("web");
  expect(await startContainer(world, "web")).toBe("was-running");
  await pauseContainer(world, "web");
  expect(startContainer(world, "web")).rejects.toThrow("cannot start a paused container, try unpause instead");
  await unpauseContainer(world, "web");
  expect(world.record("web").state.status).toBe("running");
});

test("a container deaf to its stop signal is killed when the grace period is over", async () => {
  const world = await containerWorld({ deafTo: ["SIGTERM"] });
  await world.run("web");
  expect(await stopContainer(world, "web", { graceSeconds: 0 })).toBe("stopped");
  expect(world.runtime.signals).toEqual(["SIGTERM", "SIGKILL"]);
  expect(world.told.slice(2)).toEqual(["kill web", "kill web", "die web", "stop web"]);
  expect(await stopContainer(world, "web", {})).toBe("was-not-running");
});

test("stopping a paused container thaws it, or it would never end", async () => {
  const world = await containerWorld();
  await world.run("web");
  await pauseContainer(world, "web");
  await stopContainer(world, "web", { graceSeconds: 0 });
  await world.settled();
  expect(world.record("web").state.status).toBe("exited");
});

test("a kill answers when the container has ended; any other signal answers at once", async () => {
  const world = await containerWorld({ deafTo: ["SIGUSR1"] });
  const id = await world.run("web");
  await killContainer(world, "web", "USR1");
  expect(world.record("web").state.status).toBe("running");
  await killContainer(world, "web", "");
  expect(world.record("web").state.status).toBe("exited");
  expect(killContainer(world, "web", "")).rejects.toThrow(`cannot kill container: web: container ${id} is not running`);
});

test("a restart starts again what it stopped, and keeps what removes itself", async () => {
  const world = await containerWorld();
  const id = await world.run("web", { host: { AutoRemove: true } });
  await restartContainer(world, "web", {});
  expect(world.record("web")).toMatchObject({ id, state: { status: "running" } });
  await world.exit("web");
  expect(world.containers.has(id)).toBe(false);
});

test("a running container is not removed without force", async () => {
  const world = await containerWorld();
  await world.run("web");
  expect(removeContainer(world, "web", gently)).rejects.toThrow(
    'cannot remove container "web": container is running: stop the container before removing or force remove',
  );
  await removeContainer(world, "web", byForce);
  expect([...world.containers.all()]).toEqual([]);
  expect([world.machine.storage.containers(), [...world.machine.host.sandboxes]]).toEqual([[], []]);
});

test("a removal in the middle of a start waits for it", async () => {
  const world = await containerWorld();
  const id = await world.create("web");
  const [started, removed] = await Promise.allSettled([startContainer(world, id), removeContainer(world, id, byForce)]);
  expect(removed.status).toBe("fulfilled");
  expect(["fulfilled", "rejected"]).toContain(started.status);
  await world.settled();
  expect([world.containers.has(id), world.runtime.status(id), world.machine.host.sandboxes.size]).toEqual([
    false,
    "gone",
    0,
  ]);
});

test("a start in the middle of a removal is refused", async () => {
  const world = await containerWorld();
  const id = await world.run("web");
  const removing = removeContainer(world, id, byForce);
  expect(startContainer(world, id)).rejects.toThrow();
  await removing;
  expect(world.runtime.status(id)).toBe("gone");
});

test("a stop in the middle of a forced removal ends with it", async () => {
  const world = await containerWorld();
  await world.run("web");
  const [removed, stopped] = await Promise.allSettled([
    removeContainer(world, "web", byForce),
    stopContainer(world, "web", {}),
  ]);
  expect([removed.status, stopped.status]).toEqual(["fulfilled", "fulfilled"]);
  expect(world.told.filter((event) => event === "die web")).toHaveLength(1);
});

test("two removals of one container: the second is told so", async () => {
  const world = await containerWorld();
  await world.run("web");
  const first = removeContainer(world, "web", byForce);
  expect(removeContainer(world, "web", byForce)).rejects.toThrow("removal of container web is already in progress");
  await first;
});

test("when the file system cannot be removed the container is dead, and can be removed later", async () => {
  const world = await containerWorld();
  await world.create("web");
  const { storage } = world.machine;
  storage.removeContainer = () => Promise.reject(new Error("device or resource busy"));
  expect(removeContainer(world, "web", gently)).rejects.toThrow(
    'cannot remove container "web": device or resource busy',
  );
  expect(world.record("web").state.status).toBe("dead");
  // The method of the class is back.
  Reflect.deleteProperty(storage, "removeContainer");
  await removeContainer(world, "web", gently);
  expect([...world.containers.all()]).toEqual([]);
});

test("a name belongs to one container, and is free when that is removed", async () => {
  const world = await containerWorld();
  const id = await world.create("web");
  expect(world.create("web")).rejects.toThrow(
    `Conflict. The container name "/web" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`,
  );
  await removeContainer(world, "web", gently);
  await world.create("web");
});

test("the name of a container that removes itself can be used as soon as its end is told", async () => {
  const world = await containerWorld();
  const id = await world.run("web", { host: { AutoRemove: true } });
  const { end } = waitForContainer(world, "web", "removed");
  world.machine.runtime.exit(id, 7);
  expect(await end).toEqual({ exitCode: 7 });
  expect([...world.containers.all()]).toEqual([]);
  const next = await world.run("web");
  expect(world.record("web").id).toBe(next);
});

test("a port that was just let go can be published at once", async () => {
  const world = await containerWorld();
  const host = { PortBindings: { "80/tcp": [{ HostPort: "8080" }] } };
  const id = await world.run("one", { host });
  await world.create("two", { host });
  const { end } = waitForContainer(world, "one", "next-exit");
  world.machine.runtime.exit(id);
  await end;
  await startContainer(world, "two");
  expect(world.record("two").endpoint?.ports[0]?.hostPort).toBe(8080);
});

test("an end is told and cleared away even when it cannot be recorded", async () => {
  const world = await containerWorld();
  const id = await world.run("web");
  const { database } = world.machine;
  const full = new Error("database or disk is full");
  database.transaction = () => {
    throw full;
  };
  const { end } = waitForContainer(world, "web", "");
  world.machine.runtime.exit(id, 3);
  expect(await end).toEqual({ exitCode: 3 });
  await world.settled();
  Reflect.deleteProperty(database, "transaction");
  expect([world.machine.host.sandboxes.size, world.record("web").state.status]).toEqual([0, "exited"]);
  world.containers.close();
});

test("a start that fails leaves nothing behind and says why", async () => {
  const world = await containerWorld();
  const host = { PortBindings: { "80/tcp": [{ HostPort: "8080" }] } };
  await world.run("one", { host });
  const id = await world.create("two", { host });
  expect(startContainer(world, "two")).rejects.toThrow(
    /^failed to set up container networking: driver failed programming external connectivity on endpoint two \([0-9a-f]{64}\): Bind for 0\.0\.0\.0:8080 failed: port is already allocated$/,
  );
  expect(world.record("two").state).toMatchObject({ status: "created", exitCode: 128 });
  expect(world.machine.host.sandboxes.has(id)).toBe(false);
  expect(world.storage.isMounted(id)).toBe(false);
});

test("renaming frees the old name and takes the new one", async () => {
  const world = await containerWorld();
  const id = await world.create("web");
  await world.create("other");
  expect(renameContainer(world, "web", "other")).rejects.toThrow("Error when allocating new name: Conflict.");
  await renameContainer(world, "web", "api");
  expect(world.record("api").id).toBe(id);
  await world.create("web");
});

test("a container is found by name, slash and name, id, and a prefix that is its own", async () => {
  const world = await containerWorld();
  const id = await world.create("web");
  for (const ref of ["web", "/web", id, id.slice(0, 5)]) expect(world.record(ref).id).toBe(id);
  expect(() => world.record("nope")).toThrow("No such container: nope");
});
