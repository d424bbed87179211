import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Subprocess, spawn, spawnSync } from "bun";
import { BridgeDriver, hostInterface } from "#drivers/network/bridge/bridge.ts";
import { networkDriverSuite } from "#drivers/network/network-driver.suite.ts";
import {
  type EndpointConfig,
  type NetworkConfig,
  type NetworkDriver,
  PortInUseError,
  type PublishedPort,
} from "#drivers/network/network-driver.ts";
import { Sandboxes } from "#drivers/network/sandbox/sandboxes.ts";
import { ipToBytes } from "#formats/ip-address/ip-address.ts";
import { forgetFlows } from "#platform/linux/conntrack.ts";
import { HeldPort } from "#platform/linux/held-port.ts";
import { enterPrivateHost, succeed } from "../support/private-host.ts";

// Needs root. Everything happens in a network namespace of its own that plays the host.

const echo = join(import.meta.dir, "../support/address-echo.ts");
const table = "wherry_it";
const web: NetworkConfig = {
  id: "0a1b2c",
  name: "web",
  bridge: "wherryit0",
  subnet: "172.30.0.0/24",
  gateway: "172.30.0.1",
  mtu: 1500,
  masquerade: true,
  interContainer: true,
};
const data: NetworkConfig = {
  ...web,
  id: "3d4e5f",
  name: "data",
  bridge: "wherryit1",
  subnet: "172.31.0.0/24",
  gateway: "172.31.0.1",
};

let host: Disposable;
let folder: string;
let children: Subprocess[];

beforeEach(() => {
  host = enterPrivateHost();
  folder = mkdtempSync(join(tmpdir(), "wherry-net-"));
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  for (const id of readdirSync(folder)) new Sandboxes(folder).remove(id);
  rmdirSync(folder);
  host[Symbol.dispose]();
});

async function open(options: { tableName?: string; firewall?: "nftables" | "iptables" } = {}): Promise<BridgeDriver> {
  const driver = new BridgeDriver({ sandboxesFolder: folder, tableName: table, ...options });
  await driver.open();
  return driver;
}

function endpointIn(network: NetworkConfig, last: number): EndpointConfig {
  const address = network.gateway.replace(/\d+$/, String(last));
  const mac = `02:42:${Array.from(ipToBytes(address), (byte) => byte.toString(16).padStart(2, "0")).join(":")}`;
  return { id: `${network.id}-${last}`, address, mac, interfaceName: "eth0" };
}

/** A sandbox "NETWORK-LAST" with an endpoint in it. */
function box(driver: NetworkDriver, network: NetworkConfig, last: number): EndpointConfig {
  const endpoint = endpointIn(network, last);
  driver.createSandbox(endpoint.id);
  driver.connect(endpoint.id, network, endpoint);
  return endpoint;
}

const port = (hostPort: number, more: Partial<PublishedPort> = {}): PublishedPort => ({
  protocol: "tcp",
  containerPort: 80,
  hostAddress: "0.0.0.0",
  hostPort,
  ...more,
});
const both = (hostPort: number, hostAddress = "0.0.0.0") => [
  port(hostPort, { hostAddress }),
  port(hostPort, { hostAddress, protocol: "udp" }),
];

/** The command, run in the namespace of a sandbox or in another one; on the private host without a place. */
const at = (place: string | undefined, ...argv: string[]) => [
  ...(place === undefined ? [] : ["nsenter", `--net=${join(folder, place)}`]),
  ...argv,
];

/** Lets an echo server answer on port 80, tcp and udp, with the address that it sees. */
async function serve(place: string | undefined, onPort = 80): Promise<void> {
  const child = spawn(at(place, process.execPath, echo, "serve", String(onPort)), { stdout: "pipe" });
  children.push(child);
  for await (const _ready of child.stdout) return;
}

/** What the server at the address saw as the client's address; undefined without an answer. */
function ask(place: string | undefined, protocol: "tcp" | "udp", address: string, onPort: number): string | undefined {
  const { stdout, exitCode } = spawnSync(at(place, process.execPath, echo, `ask-${protocol}`, address, String(onPort)));
  return exitCode === 0 ? stdout.toString() : undefined;
}

/** Another host, 10.77.0.2, on a wire to ours, 10.77.0.1. It knows no way to the containers but ours. */
function plugInNeighbour(): string {
  new Sandboxes(folder).create("neighbour");
  succeed("ip", "link", "add", "wire0", "type", "veth", "peer", "name", "wire1", "netns", join(folder, "neighbour"));
  succeed("ip", "addr", "add", "10.77.0.1/24", "dev", "wire0");
  succeed("ip", "link", "set", "wire0", "up");
  succeed(...at("neighbour", "ip", "addr", "add", "10.77.0.2/24", "dev", "wire1"));
  succeed(...at("neighbour", "ip", "link", "set", "wire1", "up"));
  succeed(...at("neighbour", "ip", "route", "add", "default", "via", "10.77.0.1"));
  return "neighbour";
}

for (const firewall of ["nftables", "iptables"] as const) {
  const forwarded = {
    nftables: () =>
      [
        ...succeed("nft", "-n", "list", "table", "ip", table).matchAll(
          /(?:([\d.]+) \. )?(tcp|udp|sctp|6|17) \. (\d+) : ([\d.]+) \. (\d+)/g,
        ),
      ].map(([, address, name, from, to, toPort]) => ({ address, name, from, to: `${to}:${toPort}` })),
    iptables: () =>
      [
        ...succeed("iptables-save", "-t", "nat").matchAll(
          /-A \S+(?: -d ([\d.]+)\/32)? -p (\w+) .*--dport (\d+) -j DNAT --to-destination (\S+)/g,
        ),
      ].map(([, address, name, from, to]) => ({ address, name, from, to })),
  }[firewall];

  networkDriverSuite(`the bridge driver with ${firewall}`, async () => {
    let driver: BridgeDriver | undefined;
    return {
      start: async () => {
        await driver?.close({ keepRules: true });
        driver = await open({ firewall });
        return driver;
      },
      occupy: (taken) => {
        const held = new HeldPort(taken.protocol, ipToBytes(taken.hostAddress), taken.hostPort);
        held.listen();
        return held;
      },
      forwards: () => {
        const known: Record<string, string> = { "6": "tcp", "17": "udp" };
        const hasTable = firewall === "iptables" || spawnSync(["nft", "list", "table", "ip", table]).exitCode === 0;
        const all = hasTable ? forwarded() : [];
        return all
          .map(({ address, name, from, to }) => `${known[name!] ?? name} ${address ?? "0.0.0.0"}:${from} ${to}`)
          .toSorted();
      },
      interfaces: (sandboxId) =>
        succeed(...at(sandboxId, "ip", "-4", "-o", "addr"))
          .split("\n")
          .flatMap((line) => /^\d+: (\S+) +inet (\S+)/.exec(line)?.slice(1).join(" ") ?? [])
          .filter((line) => !line.startsWith("lo ")),
      bridges: () =>
        [...succeed("ip", "-o", "link", "show", "type", "bridge").matchAll(/^\d+: ([^:]+):/gm)].map(
          ([, name]) => name!,
        ),
      end: async () => {
        await driver?.close({ keepRules: true });
      },
    };
  });

  describe(`with ${firewall}`, () => {
    let driver: BridgeDriver;
    beforeEach(async () => {
      driver = await open({ firewall });
      await driver.createNetwork(web);
    });
    afterEach(() => driver.close({ keepRules: false }));

    test("containers reach each other, the host and, under the host's address, other hosts", async () => {
      const neighbour = plugInNeighbour();
      const [one, two] = [box(driver, web, 2), box(driver, web, 3)];
      await Promise.all([serve(two.id), serve(neighbour), serve(undefined, 81)]);
      expect(ask(one.id, "tcp", two.address, 80)).toBe(one.address);
      expect(ask(one.id, "udp", web.gateway, 81)).toBe(one.address);
      expect(ask(one.id, "tcp", "10.77.0.2", 80)).toBe("10.77.0.1");
      expect(ask(one.id, "udp", "10.77.0.2", 80)).toBe("10.77.0.1");
    });

    for (const protocol of ["tcp", "udp"] as const)
      test(`a published ${protocol} port is reached from everywhere, and other hosts keep their address`, async () => {
        const neighbour = plugInNeighbour();
        const [one, two] = [box(driver, web, 2), box(driver, web, 3)];
        await serve(one.id);
        driver.publish(web, one, both(8080));
        expect(ask(undefined, protocol, "127.0.0.1", 8080)).toBe(web.gateway);
        expect(ask(undefined, protocol, web.gateway, 8080)).toBe(web.gateway);
        expect(ask(undefined, protocol, "10.77.0.1", 8080)).toBeString();
        expect(ask(neighbour, protocol, "10.77.0.1", 8080)).toBe("10.77.0.2");
        expect(ask(two.id, protocol, web.gateway, 8080)).toBe(web.gateway);
        expect(ask(one.id, protocol, "10.77.0.1", 8080)).toBe(web.gateway);
        driver.unpublish(one, both(8080));
        expect(ask(undefined, protocol, "127.0.0.1", 8080)).toBeUndefined();
        expect(ask(neighbour, protocol, "10.77.0.1", 8080)).toBeUndefined();
      }, 20_000);

    test("a port published at 127.0.0.1 is for the host alone", async () => {
      const neighbour = plugInNeighbour();
      const one = box(driver, web, 2);
      await serve(one.id);
      driver.publish(web, one, both(8080, "127.0.0.1"));
      expect(ask(undefined, "tcp", "127.0.0.1", 8080)).toBe(web.gateway);
      expect(ask(undefined, "udp", "127.0.0.1", 8080)).toBe(web.gateway);
      expect(ask(neighbour, "tcp", "10.77.0.1", 8080)).toBeUndefined();
    });

    test("another host that sends packets to 127.0.0.1 does not get to a port published there", async () => {
      const neighbour = plugInNeighbour();
      const one = box(driver, web, 2);
      await serve(one.id);
      driver.publish(web, one, both(8080, "127.0.0.1"));
      succeed(...at(neighbour, "ip", "addr", "flush", "dev", "lo"));
      for (const name of ["all", "wire1"])
        succeed(...at(neighbour, "sh", "-c", `echo 1 > /proc/sys/net/ipv4/conf/${name}/route_localnet`));
      succeed(...at(neighbour, "ip", "route", "add", "127.0.0.1", "via", "10.77.0.1", "src", "10.77.0.2"));
      expect(ask(undefined, "tcp", "127.0.0.1", 8080)).toBe(web.gateway);
      for (const protocol of ["tcp", "udp"] as const)
        expect(ask(neighbour, protocol, "127.0.0.1", 8080)).toBeUndefined();
    });

    test("a port that is not published is closed to other hosts and to other networks", async () => {
      const neighbour = plugInNeighbour();
      await driver.createNetwork(data);
      const [one, other] = [box(driver, web, 2), box(driver, data, 2)];
      await serve(one.id);
      expect(ask(undefined, "tcp", one.address, 80)).toBe(web.gateway);
      expect(ask(neighbour, "tcp", one.address, 80)).toBeUndefined();
      expect(ask(other.id, "tcp", one.address, 80)).toBeUndefined();
      driver.publish(web, one, both(8080));
      expect(ask(other.id, "tcp", data.gateway, 8080)).toBe(other.address);
      await driver.removeNetwork(data);
    });

    test("a container cannot reach what the host keeps on its loopback", async () => {
      const one = box(driver, web, 2);
      await serve(undefined, 81);
      succeed(...at(one.id, "ip", "route", "add", "127.0.0.9", "via", web.gateway));
      succeed(...at(one.id, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet"));
      succeed(...at(one.id, "ip", "route", "del", "table", "local", "local", "127.0.0.0/8", "dev", "lo"));
      expect(ask(undefined, "udp", "127.0.0.9", 81)).toBe("127.0.0.1");
      expect(ask(one.id, "udp", "127.0.0.9", 81)).toBeUndefined();
    });

    test("containers that may not talk to each other still reach the host", async () => {
      // Not even where the kernel does not filter what stays within a bridge.
      succeed("sh", "-c", "[ ! -e $0 ] || echo 0 > $0", "/proc/sys/net/bridge/bridge-nf-call-iptables");
      const closed = { ...web, interContainer: false };
      await driver.createNetwork(closed);
      const [one, two] = [box(driver, closed, 2), box(driver, closed, 3)];
      await Promise.all([serve(one.id), serve(undefined, 81)]);
      expect(ask(two.id, "tcp", one.address, 80)).toBeUndefined();
      expect(ask(two.id, "tcp", web.gateway, 81)).toBe(two.address);
    });

    test("beside a firewall whose FORWARD policy is DROP, containers reach and are reached", async () => {
      await driver.close({ keepRules: false });
      succeed("iptables", "-P", "FORWARD", "DROP");
      succeed("iptables", "-N", "DOCKER-USER");
      succeed("iptables", "-A", "FORWARD", "-j", "DOCKER-USER");
      const neighbour = plugInNeighbour();
      driver = await open({ firewall });
      await driver.createNetwork(web);
      const [one, two] = [box(driver, web, 2), box(driver, web, 3)];
      await Promise.all([serve(one.id), serve(neighbour)]);
      driver.publish(web, one, both(8080));
      expect(ask(neighbour, "tcp", "10.77.0.1", 8080)).toBe("10.77.0.2");
      expect(ask(one.id, "tcp", "10.77.0.2", 80)).toBe("10.77.0.1");
      expect(ask(two.id, "tcp", one.address, 80)).toBe(two.address);
      expect(ask(neighbour, "tcp", one.address, 80)).toBeUndefined();
      await driver.removeNetwork(web);
      await driver.close({ keepRules: false });
      expect(succeed("iptables", "-S", "FORWARD")).toBe("-P FORWARD DROP\n-A FORWARD -j DOCKER-USER\n");
    });

    test("rules that another program flushed are put back", async () => {
      const one = box(driver, web, 2);
      await serve(one.id);
      driver.publish(web, one, both(8080));
      succeed("nft", "flush", "ruleset");
      expect(ask(undefined, "tcp", "127.0.0.1", 8080)).toBeUndefined();
      expect(await driver.repair()).toBe("repaired");
      expect(ask(undefined, "tcp", "127.0.0.1", 8080)).toBe(web.gateway);
      expect(await driver.repair()).toBe("intact");
    });

    test("no udp connection leads to the address of a container that has let go of its port", async () => {
      const one = box(driver, web, 2);
      await serve(one.id);
      driver.publish(web, one, both(8080));
      expect(ask(undefined, "udp", "127.0.0.1", 8080)).toBe(web.gateway);
      driver.unpublish(one, both(8080));
      expect(forgetFlows(17, ({ reply }) => reply.source.join(".") === one.address)).toBe(0);
    });

    test("a udp client that never pauses gets to the container that is published under its feet", async () => {
      const one = box(driver, web, 2);
      await serve(one.id);
      const client = spawn(
        [
          process.execPath,
          "-e",
          `const socket = require("node:dgram").createSocket("udp4");
           socket.on("message", () => { console.log("answer"); process.exit(0); });
           socket.on("error", () => {});
           socket.bind(0, () => { console.log("ready"); setInterval(() => socket.send("?", 8080, "127.0.0.1"), 20); });`,
        ],
        { stdout: "pipe" },
      );
      children.push(client);
      const output = client.stdout.getReader();
      await output.read();
      await Bun.sleep(100);
      driver.publish(web, one, both(8080));
      expect(new TextDecoder().decode((await output.read()).value)).toBe("answer\n");
    });
  });
}

test("two daemons side by side keep out of each other's rules", async () => {
  const [first, second] = [await open(), await open({ tableName: "wherry_other" })];
  await first.createNetwork(web);
  await second.createNetwork(data);
  const [one, other] = [box(first, web, 2), box(second, data, 2)];
  await Promise.all([serve(one.id), serve(other.id)]);
  first.publish(web, one, both(8080));
  second.publish(data, other, both(8081));
  expect(() => second.publish(data, other, both(8080))).toThrow(PortInUseError);
  expect(ask(other.id, "tcp", one.address, 80)).toBeUndefined();
  first.reconcile([]);
  await first.removeNetwork(web);
  await first.close({ keepRules: false });
  expect(ask(undefined, "tcp", "127.0.0.1", 8080)).toBeUndefined();
  expect(ask(undefined, "tcp", "127.0.0.1", 8081)).toBe(data.gateway);
  await second.close({ keepRules: false });
});

test("a bridge that somebody else made is used and left in place", async () => {
  succeed("ip", "link", "add", web.bridge, "type", "bridge");
  const driver = await open();
  await driver.createNetwork(web);
  expect(succeed("ip", "-4", "-o", "addr", "show", web.bridge)).toContain("172.30.0.1/24");
  await driver.removeNetwork(web);
  expect(succeed("ip", "link", "show", web.bridge)).toContain(web.bridge);
  await driver.close({ keepRules: false });
});

test("the first network gives the default route, a second one only its own subnet", async () => {
  const driver = await open();
  await driver.createNetwork(web);
  await driver.createNetwork(data);
  const one = box(driver, web, 2);
  driver.connect(one.id, data, { ...endpointIn(data, 2), interfaceName: "eth1" });
  const routes = succeed(...at(one.id, "ip", "route"));
  expect(routes.match(/^default.*$/gm)).toEqual([expect.stringContaining("via 172.30.0.1 dev eth0")]);
  expect(routes).toContain("172.31.0.0/24 dev eth1");
  await driver.close({ keepRules: false });
});

test("an interface that cannot be configured leaves nothing behind", async () => {
  const driver = await open();
  await driver.createNetwork(web);
  const endpoint = { ...endpointIn(web, 2), address: "no address" };
  driver.createSandbox(endpoint.id);
  expect(() => driver.connect(endpoint.id, web, endpoint)).toThrow();
  expect(succeed("ip", "link")).not.toContain(hostInterface(endpoint));
  await driver.close({ keepRules: false });
});

test("many ports are published and taken back together", async () => {
  const driver = await open();
  await driver.createNetwork(web);
  const one = box(driver, web, 2);
  const ports = Array.from({ length: 3000 }, (_, index) => port(20_000 + index, { containerPort: 20_000 + index }));
  driver.publish(web, one, ports);
  expect(succeed("nft", "-n", "list", "map", "ip", table, "ports").match(/172\.30\.0\.2/g)).toHaveLength(3000);
  driver.unpublish(one, ports);
  expect(succeed("nft", "-n", "list", "map", "ip", table, "ports")).not.toContain("172.30.0.2");
  await driver.close({ keepRules: false });
});

test("after kill -9 containers stay reachable, and the next daemon finds and removes everything", async () => {
  const script = `
    import { BridgeDriver } from "${join(import.meta.dir, "../../src/drivers/network/bridge/bridge.ts")}";
    const driver = new BridgeDriver({ sandboxesFolder: ${JSON.stringify(folder)}, tableName: "${table}" });
    await driver.open();
    const network = ${JSON.stringify(web)};
    await driver.createNetwork(network);
    driver.createSandbox("${web.id}-2");
    driver.connect("${web.id}-2", network, ${JSON.stringify(endpointIn(web, 2))});
    driver.publish(network, ${JSON.stringify(endpointIn(web, 2))}, ${JSON.stringify(both(8080))});
    console.log("up");
    setInterval(() => {}, 1000);`;
  const daemon = spawn([process.execPath, "-e", script], { stdout: "pipe", cwd: join(import.meta.dir, "../..") });
  children.push(daemon);
  for await (const _up of daemon.stdout) break;
  const one = endpointIn(web, 2);
  await serve(one.id);
  daemon.kill("SIGKILL");
  await daemon.exited;
  expect(ask(undefined, "tcp", "127.0.0.1", 8080)).toBe(web.gateway);

  const driver = await open();
  await driver.createNetwork(web);
  expect(driver.reconcile([{ endpoint: one, network: web, ports: both(8080) }])).toEqual([]);
  expect(ask(undefined, "udp", "127.0.0.1", 8080)).toBe(web.gateway);
  driver.reconcile([]);
  for (const id of driver.sandboxes()) driver.removeSandbox(id);
  for (const child of children) child.kill("SIGKILL");
  await driver.removeNetwork(web);
  await driver.close({ keepRules: false });
  expect(succeed("nft", "list", "ruleset")).toBe("");
  expect(readFileSync("/proc/self/mounts", "utf8")).not.toContain(folder);
  expect(readdirSync(folder)).toEqual([]);
  await linksAreGone();
});

/** The kernel reaps the interfaces of a namespace behind our back. */
async function linksAreGone(): Promise<void> {
  for (const end = Date.now() + 5000; ; await Bun.sleep(10)) {
    const links = succeed("ip", "-o", "link").trim().split("\n");
    if (links.every((line) => line.includes(": lo:"))) return;
    if (Date.now() > end) throw new Error(`links are left: ${links.join("; ")}`);
  }
}
