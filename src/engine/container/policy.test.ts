import { afterEach, expect, test } from "bun:test";
import { type ContainerWorld, containerWorld, removeMachines } from "../../../test/support/container-world.ts";
import { killContainer } from "./kill.ts";
import { removeContainer } from "./remove.ts";
import { stopAllContainers } from "./shutdown.ts";
import { startContainer } from "./start.ts";
import { stopContainer } from "./stop.ts";
import { waitForContainer } from "./wait.ts";

afterEach(removeMachines);
const always = { RestartPolicy: { Name: "always" } };

async function until(world: ContainerWorld, ref: string, status: string): Promise<void> {
  for (let i = 0; i < 400 && world.record(ref).state.status !== status; i++)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(world.record(ref).state.status).toBe(status as "running");
}

test("a container with a policy is restarting for a while, then runs again and counts it", async () => {
  const world = await containerWorld();
  await world.run("web", { host: always });
  await world.exit("web", 1);
  expect(world.record("web").state).toMatchObject({ status: "restarting", exitCode: 1, pid: 0 });
  await until(world, "web", "running");
  expect(world.record("web").state.restartCount).toBe(1);
});

test("on-failure gives up after as many failures in a row", async () => {
  const world = await containerWorld();
  await world.run("web", { host: { RestartPolicy: { Name: "on-failure", MaximumRetryCount: 1 } } });
  await world.exit("web", 1);
  await until(world, "web", "running");
  await world.exit("web", 1);
  expect(world.record("web").state).toMatchObject({ status: "exited", restartCount: 1 });
});

test("what the user stops or kills stays down", async () => {
  const world = await containerWorld();
  await world.run("one", { host: always });
  await world.run("two", { host: always });
  await stopContainer(world, "one", {});
  await killContainer(world, "two", "");
  await world.settled();
  for (const name of ["one", "two"])
    expect(world.record(name).state).toMatchObject({ status: "exited", stoppedByUser: true });
});

test("a stop while it waits for its restart ends the wait", async () => {
  const world = await containerWorld();
  await world.run("web", { host: always });
  await world.exit("web", 1);
  const { end } = waitForContainer(world, "web", "");
  expect(await stopContainer(world, "web", {})).toBe("stopped");
  expect(await end).toEqual({ exitCode: 1 });
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(world.record("web").state.status).toBe("exited");
});

test("a removal by force takes a container that waits for its restart", async () => {
  const world = await containerWorld();
  const id = await world.run("web", { host: always });
  await world.exit("web", 1);
  await removeContainer(world, "web", { force: true, volumes: false });
  expect(world.containers.has(id)).toBe(false);
});

test("a restart that fails ends as exited, with the reason", async () => {
  const world = await containerWorld();
  await world.run("web", { host: always });
  world.runtime.failNext("create");
  await world.exit("web", 1);
  await until(world, "web", "exited");
  expect(world.record("web").state.error).toContain("create failed");
});

test("the start of the next daemon brings back what the policy wants, but not what the user stopped", async () => {
  const world = await containerWorld();
  const unlessStopped = { RestartPolicy: { Name: "unless-stopped" } };
  for (const name of ["lives", "stopped"]) await world.run(name, { host: unlessStopped });
  await world.run("plain");
  await stopContainer(world, "stopped", {});
  await stopAllContainers(world, 10);
  await world.settled();
  world.containers.close();
  const next = await containerWorld({ machine: world.machine });
  await next.settled();
  const statuses = ["lives", "stopped", "plain"].map((name) => next.record(name).state.status);
  expect(statuses).toEqual(["running", "exited", "exited"]);
});

test("a machine that was restarted has lost its containers: they are told to have ended with 255", async () => {
  const world = await containerWorld();
  const id = await world.run("web");
  world.containers.close();
  world.runtime.onExit(() => {});
  await world.machine.runtime.remove(id);
  const next = await containerWorld({ machine: world.machine });
  expect(next.record("web").state).toMatchObject({ status: "exited", exitCode: 255 });
});

test("a container that ended while there was no daemon gets its end, and one with --rm goes", async () => {
  const world = await containerWorld();
  await world.run("web");
  const gone = await world.run("temporary", { host: { AutoRemove: true } });
  world.containers.close();
  world.runtime.onExit(() => {});
  for (const name of ["web", "temporary"]) world.machine.runtime.exit(world.record(name).id, 9);
  const next = await containerWorld({ machine: world.machine });
  await next.settled();
  expect(next.record("web").state).toMatchObject({ status: "exited", exitCode: 9 });
  expect(next.containers.has(gone)).toBe(false);
});

test("a container that lives on keeps its address and its port", async () => {
  const world = await containerWorld();
  await world.run("web", { host: { PortBindings: { "80/tcp": [{ HostPort: "8080" }] } } });
  world.containers.close();
  const next = await containerWorld({ machine: world.machine });
  expect(next.record("web").state.status).toBe("running");
  await next.create("other", { host: { PortBindings: { "80/tcp": [{ HostPort: "8080" }] } } });
  expect(startContainer(next, "other")).rejects.toThrow("port is already allocated");
  await next.run("third");
  expect(next.record("third").endpoint?.address).toBe("10.9.0.3");
});

test("wait: not-running answers at once for what does not run, next-exit and removed wait", async () => {
  const world = await containerWorld();
  await world.create("web");
  expect(await waitForContainer(world, "web", "").end).toEqual({ exitCode: 0 });
  const order: string[] = [];
  const wait = (condition: string) => waitForContainer(world, "web", condition).end.then(() => order.push(condition));
  const all = [wait("removed"), wait("next-exit")];
  await startContainer(world, "web");
  all.push(wait("not-running"));
  await world.exit("web", 3);
  await removeContainer(world, "web", { force: false, volumes: false });
  await Promise.all(all);
  expect(order).toEqual(["next-exit", "not-running", "removed"]);
  expect(() => waitForContainer(world, "web", "")).toThrow("No such container: web");
});

test("wait refuses other conditions", async () => {
  const world = await containerWorld();
  await world.create("web");
  expect(() => waitForContainer(world, "web", "bogus")).toThrow('invalid condition: "bogus"');
});
