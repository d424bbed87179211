import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  type EndpointConfig,
  HostAddressError,
  type NetworkConfig,
  type NetworkDriver,
  PortInUseError,
  type PublishedPort,
} from "./network-driver.ts";

/** What a test of the contract can do and see besides the driver. */
export interface NetworkWorld {
  /** Opens a driver on this host's state. The one before is gone without a farewell, as after kill -9. */
  start(): Promise<NetworkDriver>;
  /** Another program takes the port. */
  occupy(port: PublishedPort): Disposable;
  /** What the host forwards: "tcp 0.0.0.0:8080 172.30.0.2:80" and so on, sorted. */
  forwards(): string[];
  /** The interfaces of a sandbox besides loopback: "eth0 172.30.0.2/16". */
  interfaces(sandboxId: string): string[];
  /** Names of the networks' devices on the host. */
  bridges(): string[];
  end(): Promise<void>;
}

const network: NetworkConfig = {
  id: "0123abcd",
  name: "web",
  bridge: "wsuite0",
  subnet: "172.30.0.0/16",
  gateway: "172.30.0.1",
  mtu: 1500,
  masquerade: true,
  interContainer: true,
};
const endpoint = (last: number): EndpointConfig => ({
  id: `endpoint${last}`,
  address: `172.30.0.${last}`,
  mac: `02:42:ac:1e:00:0${last}`,
  interfaceName: "eth0",
});
const port = (hostPort: number, more: Partial<PublishedPort> = {}): PublishedPort => ({
  protocol: "tcp",
  containerPort: 80,
  hostAddress: "0.0.0.0",
  hostPort,
  ...more,
});

/** The contract of NetworkDriver for drivers that make interfaces and publish ports. */
export function networkDriverSuite(subject: string, makeWorld: () => Promise<NetworkWorld>): void {
  describe(`${subject} keeps the network driver's contract:`, () => {
    let world: NetworkWorld;
    let driver: NetworkDriver;
    beforeEach(async () => {
      world = await makeWorld();
      driver = await world.start();
      await driver.createNetwork(network);
    });
    afterEach(() => world.end());

    function connected(last: number): EndpointConfig {
      driver.createSandbox(`box${last}`);
      driver.connect(`box${last}`, network, endpoint(last));
      return endpoint(last);
    }

    test("a network is made once, however often it is asked for, and removed as often", async () => {
      await driver.createNetwork(network);
      expect(world.bridges()).toEqual(["wsuite0"]);
      await driver.removeNetwork(network);
      await driver.removeNetwork(network);
      expect(world.bridges()).toEqual([]);
    });

    test("sandboxes are listed until they are removed, and removing is idempotent", () => {
      expect(driver.createSandbox("box2")).toEndWith("box2");
      driver.createSandbox("box3");
      expect(driver.sandboxes().toSorted()).toEqual(["box2", "box3"]);
      driver.removeSandbox("box2");
      driver.removeSandbox("box2");
      expect(driver.sandboxes()).toEqual(["box3"]);
    });

    test("a sandbox is not made twice, nor under a name that is a path", () => {
      driver.createSandbox("box2");
      expect(() => driver.createSandbox("box2")).toThrow();
      expect(() => driver.createSandbox("../box")).toThrow(TypeError);
      expect(driver.sandboxes()).toEqual(["box2"]);
    });

    test("an endpoint has its interface in the sandbox, until it is disconnected", () => {
      const two = connected(2);
      expect(world.interfaces("box2")).toEqual(["eth0 172.30.0.2/16"]);
      driver.disconnect("box2", network, two);
      driver.disconnect("box2", network, two);
      expect(world.interfaces("box2")).toEqual([]);
    });

    test("there is no connecting to a sandbox that is not there", () => {
      expect(() => driver.connect("box9", network, endpoint(9))).toThrow();
    });

    test("ports are forwarded until they are unpublished", () => {
      const two = connected(2);
      const ports = [port(8080), port(5353, { protocol: "udp", containerPort: 53, hostAddress: "127.0.0.1" })];
      driver.publish(network, two, ports);
      expect(world.forwards()).toEqual(["tcp 0.0.0.0:8080 172.30.0.2:80", "udp 127.0.0.1:5353 172.30.0.2:53"]);
      driver.unpublish(two, ports);
      driver.unpublish(two, ports);
      expect(world.forwards()).toEqual([]);
    });

    test("one protocol's port says nothing about another's", () => {
      const two = connected(2);
      driver.publish(network, two, [port(8080), port(8080, { protocol: "udp" })]);
      expect(world.forwards()).toEqual(["tcp 0.0.0.0:8080 172.30.0.2:80", "udp 0.0.0.0:8080 172.30.0.2:80"]);
    });

    test("a port that another program has is refused, and nothing is published", () => {
      const two = connected(2);
      using _other = world.occupy(port(8081));
      expect(() => driver.publish(network, two, [port(8080), port(8081)])).toThrow(PortInUseError);
      expect(world.forwards()).toEqual([]);
      driver.publish(network, two, [port(8080)]);
      expect(world.forwards()).toEqual(["tcp 0.0.0.0:8080 172.30.0.2:80"]);
    });

    test("a port is free again when the other program lets go", () => {
      const two = connected(2);
      const other = world.occupy(port(8080, { protocol: "udp" }));
      expect(() => driver.publish(network, two, [port(8080, { protocol: "udp" })])).toThrow(PortInUseError);
      other[Symbol.dispose]();
      driver.publish(network, two, [port(8080, { protocol: "udp" })]);
      expect(world.forwards()).toEqual(["udp 0.0.0.0:8080 172.30.0.2:80"]);
    });

    test("two containers cannot have one port, and the first keeps it", () => {
      driver.publish(network, connected(2), [port(8080)]);
      const three = connected(3);
      expect(() => driver.publish(network, three, [port(8080)])).toThrow(PortInUseError);
      expect(() => driver.publish(network, three, [port(8080, { hostAddress: "127.0.0.1" })])).toThrow(PortInUseError);
      driver.unpublish(three, [port(8080)]);
      expect(world.forwards()).toEqual(["tcp 0.0.0.0:8080 172.30.0.2:80"]);
    });

    test("an address that is not the host's, or not IPv4, cannot be published at", () => {
      const two = connected(2);
      for (const hostAddress of ["192.0.2.1", "::", "::1", ""])
        expect(() => driver.publish(network, two, [port(8080, { hostAddress })])).toThrow(HostAddressError);
      expect(world.forwards()).toEqual([]);
    });

    test("what is published outlives the daemon and can be taken back by the next", async () => {
      const two = connected(2);
      driver.publish(network, two, [port(8080), port(8081)]);
      driver = await world.start();
      expect(driver.sandboxes()).toEqual(["box2"]);
      expect(world.forwards()).toHaveLength(2);
      driver.unpublish(two, [port(8080), port(8081)]);
      expect(world.forwards()).toEqual([]);
    });

    test("reconciling keeps the living, holds their ports and drops all else", async () => {
      const [two, three] = [connected(2), connected(3)];
      driver.publish(network, two, [port(8080)]);
      driver.publish(network, three, [port(8083)]);
      driver = await world.start();
      await driver.createNetwork(network);
      expect(driver.reconcile([{ endpoint: two, network, ports: [port(8080)] }])).toEqual([]);
      expect(world.forwards()).toEqual(["tcp 0.0.0.0:8080 172.30.0.2:80"]);
      expect(() => driver.publish(network, three, [port(8080)])).toThrow(PortInUseError);
    });

    test("reconciling tells which ports another program has taken, and forwards them all the same", async () => {
      const two = connected(2);
      driver.publish(network, two, [port(8080)]);
      driver = await world.start();
      await driver.createNetwork(network);
      using _other = world.occupy(port(8080));
      expect(driver.reconcile([{ endpoint: two, network, ports: [port(8080)] }])).toEqual([port(8080)]);
      expect(world.forwards()).toEqual(["tcp 0.0.0.0:8080 172.30.0.2:80"]);
    });

    test("a port that an earlier daemon left is taken over when it is published anew", async () => {
      driver.publish(network, connected(2), [port(8080)]);
      driver = await world.start();
      await driver.createNetwork(network);
      driver.publish(network, connected(3), [port(8080), port(8081)]);
      expect(world.forwards()).toEqual(["tcp 0.0.0.0:8080 172.30.0.3:80", "tcp 0.0.0.0:8081 172.30.0.3:80"]);
    });

    test("nothing needs repair, and what is published stays", async () => {
      driver.publish(network, connected(2), [port(8080)]);
      expect(await driver.repair()).toBe("intact");
      expect(world.forwards()).toHaveLength(1);
    });

    test("closing takes the rules away, unless containers live on", async () => {
      const two = connected(2);
      driver.publish(network, two, [port(8080)]);
      await driver.close({ keepRules: true });
      expect(world.forwards()).toHaveLength(1);
      driver = await world.start();
      await driver.close({ keepRules: false });
      expect(world.forwards()).toEqual([]);
    });
  });
}
