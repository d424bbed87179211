import { afterEach, expect, test } from "bun:test";
import { inspectContainer } from "#engine/container/inspect.ts";
import { containerWorld, removeMachines } from "../../../test/support/container-world.ts";
import { inspectView, summaryView } from "./container.ts";

afterEach(removeMachines);

async function world() {
  const made = await containerWorld();
  await made.run("web", {
    Entrypoint: ["sh"],
    Cmd: ["-c", "exit 3"],
    ExposedPorts: { "80/tcp": {}, "443/tcp": {} },
    host: { PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }] }, Tmpfs: { "/t": "" } },
  });
  return made;
}

test("ps shows the command with quotes, published and exposed ports, and no hidden mounts", async () => {
  const deps = await world();
  const facts = { imageName: "busybox", networkId: "n", sizes: undefined, now: Date.now() };
  expect(summaryView(deps.record("web"), facts)).toMatchObject({
    Names: ["/web"],
    Command: "sh -c 'exit 3'",
    Ports: [
      { IP: "127.0.0.1", PrivatePort: 80, PublicPort: 8080, Type: "tcp" },
      { PrivatePort: 443, Type: "tcp" },
    ],
    State: "running",
    Mounts: [],
  });
});

test("inspect shows the network at the top, too, for clients before 1.52", async () => {
  const deps = await world();
  const facts = inspectContainer(deps, "web");
  const old = inspectView(facts, undefined, "1.51").NetworkSettings;
  const recent = inspectView(facts, undefined, "1.52").NetworkSettings;
  expect(old).toMatchObject({ Bridge: "fake0", IPAddress: "10.9.0.2", Gateway: "10.9.0.1", IPPrefixLen: 24 });
  expect(recent).not.toHaveProperty("IPAddress");
  for (const { Networks, Ports } of [old, recent]) {
    expect(Networks["bridge"]).toMatchObject({ IPAddress: "10.9.0.2", MacAddress: "02:42:0a:09:00:02" });
    expect(Ports).toEqual({ "443/tcp": null, "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }] });
  }
});

test("an ended container has neither address nor ports, but the network's id", async () => {
  const deps = await world();
  await deps.exit("web", 3);
  const view = inspectView(inspectContainer(deps, "web"), undefined, "1.51");
  expect(view.State).toMatchObject({ Status: "exited", Running: false, ExitCode: 3, Pid: 0 });
  expect(view.NetworkSettings).toMatchObject({ IPAddress: "", Ports: {} });
  expect(view.NetworkSettings.Networks["bridge"]).toMatchObject({ IPAddress: "", EndpointID: "" });
  expect(view.NetworkSettings.Networks["bridge"]?.NetworkID).toBe(deps.networks.get("bridge").id);
});

test("a container that waits for its restart counts as running, as docker has it", async () => {
  const deps = await containerWorld();
  await deps.run("web", { host: { RestartPolicy: { Name: "always" } } });
  await deps.exit("web", 1);
  const { State } = inspectView(inspectContainer(deps, "web"), undefined, "1.51");
  expect(State).toMatchObject({ Status: "restarting", Running: true, Restarting: true });
  deps.live.of(deps.record("web").id).cancelRestart();
});
