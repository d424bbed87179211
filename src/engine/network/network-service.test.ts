import { afterEach, expect, test } from "bun:test";
import { PortInUseError } from "#drivers/network/network-driver.ts";
import { rfc3339Now } from "#formats/rfc3339/rfc3339.ts";
import { Database } from "#state/database.ts";
import { FakeHost, FakeNetworkDriver } from "../../../test/support/fake-network-driver.ts";
import { EventLog } from "../events/event-log.ts";
import { NetworkService } from "./network-service.ts";

const bridge = {
  device: "fake0",
  subnet: "10.9.0.0/29",
  gateway: "10.9.0.1",
  mtu: 1500,
  masquerade: true,
  interContainer: true,
  hostAddress: "0.0.0.0",
};
const databases: Database[] = [];
afterEach(() => {
  for (const database of databases.splice(0)) database.close();
});

async function world({ host = new FakeHost(), database = new Database(":memory:"), hasBridge = true } = {}) {
  databases.push(database);
  const driver = new FakeNetworkDriver(host);
  const events = new EventLog();
  const networks = new NetworkService({
    database,
    driver,
    events,
    bridge: hasBridge ? bridge : undefined,
    ephemeralPorts: { first: 40_000, last: 40_002 },
    now: rfc3339Now,
  });
  await networks.open();
  const connect = (id: string, ...ports: { hostPort?: number; hostAddress?: string }[]) =>
    networks.connect({
      containerId: id,
      containerName: id,
      networkName: "bridge",
      ports: ports.map(({ hostPort, hostAddress = "" }) => ({
        protocol: "tcp",
        containerPort: 80,
        hostAddress,
        hostPorts: hostPort === undefined ? undefined : { first: hostPort, last: hostPort },
      })),
    });
  return { networks, driver, host, database, connect };
}

test("bridge, host and none are there, and keep their ids over a restart", async () => {
  const { networks, database, host } = await world();
  const ids = (service: NetworkService) =>
    service
      .list()
      .map(({ id, name }) => `${name} ${id}`)
      .sort();
  expect(
    networks
      .list()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(["bridge", "host", "none"]);
  expect(ids((await world({ database, host })).networks)).toEqual(ids(networks));
});

test("without a bridge there is no default network", async () => {
  const { networks } = await world({ hasBridge: false });
  expect(
    networks
      .list()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(["host", "none"]);
});

test("a network is found by name, id and prefix", async () => {
  const { networks } = await world();
  const { id } = networks.get("bridge");
  expect([networks.get(id).name, networks.get(id.slice(0, 20)).name]).toEqual(["bridge", "bridge"]);
  expect(() => networks.get("nope")).toThrow("network nope not found");
});

test("addresses go out lowest first, come back with the disconnect, and run out", async () => {
  const { networks, connect } = await world();
  const endpoints = ["a", "b", "c", "d", "e"].map((id) => [id, connect(id)] as const);
  expect(endpoints.map(([, { address }]) => address)).toEqual([
    "10.9.0.2",
    "10.9.0.3",
    "10.9.0.4",
    "10.9.0.5",
    "10.9.0.6",
  ]);
  expect(() => connect("f")).toThrow("no available IPv4 addresses");
  networks.disconnect(...endpoints[1]!);
  expect(connect("f").address).toBe("10.9.0.3");
});

test("what fails leaves neither sandbox nor address nor port behind", async () => {
  const { driver, host, connect } = await world();
  for (const step of ["createSandbox", "connect", "publish"] as const) {
    driver.failing.set(step, new Error("no"));
    expect(() => connect("a", { hostPort: 8080 })).toThrow("no");
    driver.failing.clear();
    expect([host.sandboxes.size, host.forwards.size]).toEqual([0, 0]);
  }
  expect(connect("a", { hostPort: 8080 }).address).toBe("10.9.0.2");
});

test("a random port that another program has is passed over; one that was asked for is not", async () => {
  const { host, connect } = await world();
  host.occupied.push({ protocol: "tcp", containerPort: 0, hostAddress: "0.0.0.0", hostPort: 40_000 });
  expect(connect("a", {}).ports[0]?.hostPort).toBe(40_001);
  expect(() => connect("b", { hostPort: 40_000 })).toThrow(
    /^driver failed programming external connectivity on endpoint b \(\w{64}\): failed to bind host port for 0\.0\.0\.0:40000:10\.9\.0\.3:80\/tcp: address already in use$/,
  );
  expect(connect("b").address).toBe("10.9.0.3");
});

test("an address that the host does not have is told as such", async () => {
  const { connect } = await world();
  expect(() => connect("a", { hostPort: 80, hostAddress: "192.0.2.1" })).toThrow("cannot assign requested address");
});

test("containers that live on keep what is theirs, everything else goes", async () => {
  const first = await world();
  const endpoint = first.connect("lives", { hostPort: 8080 });
  first.connect("dead", { hostPort: 8081 });
  const next = await world({ host: first.host, database: first.database });
  expect(next.networks.restore([{ containerId: "lives", containerName: "lives", endpoint }])).toEqual([]);
  expect([[...next.host.sandboxes.keys()], next.host.forwards.size]).toEqual([["lives"], 1]);
  expect(next.connect("new").address).toBe("10.9.0.3");
  expect(() => next.connect("rival", { hostPort: 8080 })).toThrow("port is already allocated");
});

test("a driver's own failure passes as it is", async () => {
  const { driver, connect } = await world();
  const port = { protocol: "tcp", containerPort: 80, hostAddress: "0.0.0.0", hostPort: 1 } as const;
  driver.failing.set("connect", new PortInUseError(port));
  expect(() => connect("a")).toThrow(PortInUseError);
});
