import { afterEach, describe, expect, test } from "bun:test";
import {
  type ContainerWorld,
  containerWorld,
  type Machine,
  newMachine,
  removeMachines,
} from "../../../test/support/container-world.ts";
import { removeContainer } from "./remove.ts";
import { startContainer } from "./start.ts";

afterEach(removeMachines);

class Died extends Error {}

/** Lets a daemon die at its n-th call to the world outside: that call, and every later one, does not happen. */
class Death {
  calls = 0;
  #at = Number.POSITIVE_INFINITY;

  /** Counting begins here. */
  arm(at: number): void {
    this.calls = 0;
    this.#at = at;
  }

  readonly between = <T extends object>(part: T): T =>
    new Proxy(part, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          this.calls += 1;
          if (this.calls > this.#at) throw new Died(`at ${String(name)}`);
          return (value as (...args: unknown[]) => unknown).apply(target, args);
        };
      },
    });
}

const host = { PortBindings: { "80/tcp": [{ HostPort: "8080" }] } };

/** What must hold for every machine on which a daemon has just come up. */
function expectConsistent(world: ContainerWorld): void {
  const { machine } = world;
  const records = [...world.containers.all()];
  const running = records.filter(({ state }) => state.status === "running");
  const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id).sort();
  expect([...machine.storage.containers()].sort()).toEqual(ids(records));
  expect([...machine.host.sandboxes.keys()].sort()).toEqual(ids(running));
  expect(machine.host.forwards.size).toBe(running.length);
  for (const { id, state } of records) {
    const isRunning = state.status === "running";
    expect(["created", "running", "exited"]).toContain(state.status);
    expect(machine.storage.isMounted(id)).toBe(isRunning);
    expect(machine.runtime.status(id)).toBe(isRunning ? "running" : "gone");
  }
  const rows = machine.database.query<{ name: string }, Record<never, never>>("SELECT name FROM volumes").all({});
  expect(rows.map(({ name }) => name).sort()).toEqual(
    world.volumes
      .list()
      .map(({ name }) => name)
      .sort(),
  );
}

/** Everything works again: the container can be started, ended and removed, or made anew. */
async function expectUsable(world: ContainerWorld): Promise<void> {
  if (world.containers.idOfName("web") === undefined) await world.create("web", { host });
  if (world.record("web").state.status !== "running") await startContainer(world, "web");
  await world.exit("web");
  await removeContainer(world, "web", { force: false, volumes: true });
  expectConsistent(world);
  expect(world.failures).toEqual([]);
}

interface Scenario {
  readonly name: string;
  readonly prepare?: (world: ContainerWorld) => Promise<unknown>;
  readonly act: (world: ContainerWorld) => Promise<unknown>;
}

const volumes = { Volumes: { "/data": {} } };
const scenarios: readonly Scenario[] = [
  { name: "a creation", act: (world) => world.create("web", { host, ...volumes }) },
  {
    name: "a start",
    prepare: (world) => world.create("web", { host, ...volumes }),
    act: (world) => startContainer(world, "web"),
  },
  {
    name: "a removal",
    prepare: async (world) => {
      await world.run("web", { host, ...volumes });
      await world.exit("web");
    },
    act: (world) => removeContainer(world, "web", { force: false, volumes: true }),
  },
  {
    name: "a forced removal",
    prepare: (world) => world.run("web", { host, ...volumes }),
    act: (world) => removeContainer(world, "web", { force: true, volumes: true }),
  },
  { name: "an end", prepare: (world) => world.run("web", { host, ...volumes }), act: (world) => world.exit("web", 3) },
  {
    name: "the end of a container that removes itself",
    prepare: (world) => world.run("web", { host: { ...host, AutoRemove: true }, ...volumes }),
    act: (world) => world.exit("web", 3),
  },
];

/** Answers how many calls the act has made. */
async function actUntilDeath(machine: Machine, { prepare, act }: Scenario, at: number): Promise<number> {
  const before = await containerWorld({ machine });
  await prepare?.(before);
  before.containers.close();
  const death = new Death();
  const world = await containerWorld({ machine, between: death.between });
  death.arm(at);
  await act(world).catch(() => {});
  await world.settled();
  world.containers.close();
  return death.calls;
}

describe("a daemon that dies at any call", () => {
  for (const scenario of scenarios)
    test(`of ${scenario.name} leaves what the next one sets right`, async () => {
      const total = await actUntilDeath(newMachine(), scenario, Number.POSITIVE_INFINITY);
      expect(total).toBeGreaterThan(2);
      for (let at = 0; at <= total; at++) {
        const machine = newMachine();
        await actUntilDeath(machine, scenario, at);
        const next = await containerWorld({ machine });
        await next.settled();
        expectConsistent(next);
        await expectUsable(next);
      }
    });
});
