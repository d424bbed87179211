import { afterEach, expect, test } from "bun:test";
import { containerWorld, removeMachines } from "../../../test/support/container-world.ts";
import { listContainers } from "./list.ts";

afterEach(removeMachines);

async function world() {
  const made = await containerWorld();
  await made.run("web", {
    Labels: { tier: "front", a: "b" },
    ExposedPorts: { "80/tcp": {} },
    host: { Binds: ["data:/data"] },
  });
  await made.run("worker", { Labels: { tier: "back" }, host: { NetworkMode: "none" } });
  await made.create("never");
  await made.run("ended");
  await made.exit("ended", 3);
  return made;
}

const names = (found: readonly { name: string }[]) => found.map(({ name }) => name);

test("by default only what runs, newest first; `all` and a limit show the others too", async () => {
  const deps = await world();
  const list = (options: { all?: boolean; limit?: number }) =>
    names(listContainers(deps, { all: false, limit: 0, filters: new Map(), ...options }));
  expect(list({})).toEqual(["worker", "web"]);
  expect(list({ all: true })).toEqual(["ended", "never", "worker", "web"]);
  expect(list({ limit: 3 })).toEqual(["ended", "never", "worker"]);
});

test.each([
  ["status", ["exited"], ["ended"]],
  ["status", ["created", "exited"], ["ended", "never"]],
  ["exited", ["3"], ["ended"]],
  ["exited", ["0"], []],
  ["label", ["tier"], ["worker", "web"]],
  ["label", ["tier", "a=b"], ["web"]],
  ["name", ["^w"], ["worker", "web"]],
  ["name", ["/web"], ["web"]],
  ["name", ["eb", "ever"], ["never", "web"]],
  ["name", ["["], []],
  ["ancestor", ["busybox"], ["ended", "never", "worker", "web"]],
  ["ancestor", ["nope"], []],
  ["network", ["none"], ["worker"]],
  ["volume", ["data"], ["web"]],
  ["volume", ["/data"], ["web"]],
  ["expose", ["80"], ["web"]],
  ["expose", ["79-81/udp"], []],
  ["before", ["worker"], ["web"]],
  ["since", ["worker"], ["ended", "never"]],
  ["health", ["none"], ["ended", "never", "worker", "web"]],
  ["is-task", ["true"], []],
])("the filter %s=%j finds %j", async (key, values, expected) => {
  const deps = await world();
  const request = { all: true, limit: 0, filters: new Map([[key, values]]) };
  expect(names(listContainers(deps, request))).toEqual(expected);
});

test.each([
  ["status", "bogus", "invalid filter 'status=bogus': invalid value for state (bogus)"],
  ["exited", "x", `invalid filter 'exited=x': strconv.Atoi: parsing "x": invalid syntax`],
  ["before", "nope", "No such container: nope"],
  ["is-task", "nope", "invalid filter 'is-task=[nope]'"],
])("the filter %s=%s is refused", async (key, value, message) => {
  const deps = await world();
  expect(() => listContainers(deps, { all: true, limit: 0, filters: new Map([[key, [value]]]) })).toThrow(message);
});

test("a client's expression cannot keep the daemon busy", async () => {
  const deps = await containerWorld();
  await deps.create(`web${"a".repeat(60)}`);
  const begun = performance.now();
  listContainers(deps, {
    all: true,
    limit: 0,
    filters: new Map([["name", ["(a+)+$X", "(a|ab|b)*c", "a*a*a*a*a*a*a*a*a*b"]]]),
  });
  expect(performance.now() - begun).toBeLessThan(100);
});
